import type { IncomingMessage } from 'node:http';
import { SignJWT, UnsecuredJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { TokenVerifier, type Identity } from '../../../examples/shop/identity.ts';

const KEY = new Uint8Array(32).fill(7);
const OTHER_KEY = new Uint8Array(32).fill(8);
const HOUR_S = 3600;

interface Making {
  readonly key?: Uint8Array;
  readonly claims?: Record<string, unknown>;
  readonly user?: string | null;
  readonly expiresInS?: number | null;
  readonly notBeforeInS?: number;
  readonly alg?: string;
}

const inSeconds = (seconds: number): number => Math.floor(Date.now() / 1000) + seconds;

function token(making: Making = {}): Promise<string> {
  const { key = KEY, user = 'ann', expiresInS = HOUR_S, notBeforeInS, alg = 'HS256' } = making;
  const jwt = new SignJWT(making.claims ?? { client_id: 'partner' }).setProtectedHeader({ alg });
  if (user !== null) jwt.setSubject(user);
  if (expiresInS !== null) jwt.setExpirationTime(inSeconds(expiresInS));
  if (notBeforeInS !== undefined) jwt.setNotBefore(inSeconds(notBeforeInS));
  return jwt.sign(key);
}

function identify(authorization: string | undefined, key: Uint8Array | null = KEY): Promise<Identity> {
  return new TokenVerifier(key).identify({ headers: { authorization } } as IncomingMessage);
}

const ANONYMOUS = { caller: 'anonymous' };

describe('who asks', () => {
  it('is who a token says that verifies', async () => {
    expect(await identify(`Bearer ${await token()}`)).toEqual({
      incoming: { caller: 'partner', user: 'ann' },
      complaint: null,
    });
  });

  it('says the class where the token names one', async () => {
    const claims = { client_id: 'partner', criticality: 'sheddable-plus' };
    expect((await identify(`bearer ${await token({ claims })}`)).incoming).toEqual({
      caller: 'partner',
      user: 'ann',
      criticality: 'sheddable-plus',
    });
  });

  it('is anonymous without a token', async () => {
    expect(await identify(undefined)).toEqual({ incoming: ANONYMOUS, complaint: null });
  });

  it('is found out once for each request', async () => {
    const verifier = new TokenVerifier(KEY);
    const request = { headers: { authorization: `Bearer ${await token()}` } } as IncomingMessage;
    expect(verifier.identify(request)).toBe(verifier.identify(request));
  });
});

describe('a token that is refused counts as anonymous and is told why (SEC-17)', () => {
  const altered = async (): Promise<string> => {
    const [head, , signature] = (await token()).split('.');
    const payload = { client_id: 'rich', sub: 'eve', exp: inSeconds(HOUR_S) };
    return [head, Buffer.from(JSON.stringify(payload)).toString('base64url'), signature].join('.');
  };
  const unsigned = (): string =>
    new UnsecuredJWT({ client_id: 'partner' }).setSubject('ann').setExpirationTime('1h').encode();
  const named = (name: unknown): Promise<string> => token({ claims: { client_id: name } });

  it.each([
    ['a payload that was altered', altered, 'the signature is not right'],
    ['another key', () => token({ key: OTHER_KEY }), 'the signature is not right'],
    ['no signature, alg none', unsigned, 'the token is signed with HS256'],
    [
      'another algorithm with the same key',
      () => token({ alg: 'HS512', key: new Uint8Array(64).fill(7) }),
      'HS256',
    ],
    ['a time that has passed', () => token({ expiresInS: -1 }), 'the token has expired'],
    ['a time that has not come', () => token({ notBeforeInS: 60 }), 'the token is not valid yet'],
    ['no end', () => token({ expiresInS: null }), 'the token has no claim exp'],
    ['no caller', () => token({ claims: {} }), 'the token has no claim client_id'],
    ['no user', () => token({ user: null }), 'the token has no claim sub'],
    ['an empty user', () => token({ user: '' }), 'sub is a text of 1 to 128 characters'],
    ['a user without end', () => token({ user: 'u'.repeat(129) }), 'sub is a text of 1 to 128 characters'],
    ['a caller that is no text', () => named(['partner']), 'client_id is 1 to 64 letters'],
    ['a caller with a slash', () => named('part/ner'), 'client_id is 1 to 64 letters'],
    ['a caller that begins with a dot', () => named('.partner'), 'client_id is 1 to 64 letters'],
    ['a caller with a line end', () => named('partner\n'), 'client_id is 1 to 64 letters'],
    ['a caller of 65 letters', () => named('p'.repeat(65)), 'client_id is 1 to 64 letters'],
    ['the name of nobody', () => named('anonymous'), 'client_id is not anonymous'],
    [
      'a class that is none',
      () => token({ claims: { client_id: 'partner', criticality: 'urgent' } }),
      'criticality is one of critical-plus, critical, sheddable-plus, sheddable',
    ],
    [
      'a huge token',
      () => token({ claims: { client_id: 'partner', more: 'x'.repeat(4096) } }),
      'at most 2048 characters',
    ],
    ['what is no token', () => 'three.empty.words', 'the token is not a signed JWT'],
    ['nothing', () => '', 'the authorization is "Bearer <token>"'],
  ])('%s', async (_, make, reason) => {
    const { incoming, complaint } = await identify(`Bearer ${await make()}`);
    expect(incoming).toEqual(ANONYMOUS);
    expect(complaint).toContain(reason);
  });

  it.each(['Basic cGFydG5lcjpzZWNyZXQ=', 'Bearer', 'Bearer two tokens'])(
    'another authorization: %s',
    async (authorization) => {
      const { incoming, complaint } = await identify(authorization);
      expect(incoming).toEqual(ANONYMOUS);
      expect(complaint).toContain('the authorization is "Bearer <token>"');
    },
  );

  it('every token, where the shop has no key', async () => {
    const { incoming, complaint } = await identify(`Bearer ${await token()}`, null);
    expect(incoming).toEqual(ANONYMOUS);
    expect(complaint).toBe('this shop has no key to verify a token with');
  });
});
