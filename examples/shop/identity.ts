/**
 * Who asks: a token that is signed with a key that only this shop and the issuer of its tokens have. Without a token
 * the caller is `anonymous`. A token that does not verify is counted as `anonymous` too, so that whoever makes tokens
 * up shares one limit, and is told what is wrong with it.
 */

import type { IncomingMessage } from 'node:http';
import { errors, jwtVerify, type JWTPayload } from 'jose';
import { ANONYMOUS, type Criticality, type Incoming } from '../../runtime/index.ts';

export interface Identity {
  /** The caller as the token names it, or `anonymous`. */
  readonly incoming: Incoming;
  /** What is wrong with the token that came; null for one that verified, and for none. */
  readonly complaint: string | null;
}

/** A token with more is none of ours, and costs nothing to refuse. */
const TOKEN_LENGTH_MAX = 2048;
const ALGORITHM = 'HS256';
const CALLER_NAME = /^[A-Za-z0-9][A-Za-z0-9._@:-]{0,63}$/;
const USER_LENGTH_MAX = 128;
const CLASSES: readonly Criticality[] = ['critical-plus', 'critical', 'sheddable-plus', 'sheddable'];

export class TokenVerifier {
  readonly #key: Uint8Array | null;
  readonly #seen = new WeakMap<IncomingMessage, Promise<Identity>>();

  /** Without a key no token verifies. */
  constructor(key: Uint8Array | null) {
    this.#key = key;
  }

  /** Verifies once for each request, however often it is asked. */
  identify(request: IncomingMessage): Promise<Identity> {
    const seen = this.#seen.get(request) ?? this.#verify(request.headers.authorization);
    this.#seen.set(request, seen);
    return seen;
  }

  async #verify(header: string | undefined): Promise<Identity> {
    if (header === undefined || header === '') return { incoming: ANONYMOUS, complaint: null };
    const [scheme, token, ...rest] = header.split(' ');
    if (scheme?.toLowerCase() !== 'bearer' || token === undefined || token === '' || rest.length > 0) {
      return refused('the authorization is "Bearer <token>"');
    }
    if (token.length > TOKEN_LENGTH_MAX) {
      return refused(`a token has at most ${TOKEN_LENGTH_MAX} characters`);
    }
    if (this.#key === null) return refused('this shop has no key to verify a token with');
    try {
      const options = { algorithms: [ALGORITHM], requiredClaims: ['client_id', 'sub', 'exp'] };
      const { payload } = await jwtVerify(token, this.#key, options);
      return fromClaims(payload);
    } catch (error) {
      return refused(reasonOf(error));
    }
  }
}

function fromClaims({ client_id: caller, sub: user, criticality }: JWTPayload): Identity {
  if (typeof caller !== 'string' || !CALLER_NAME.test(caller)) {
    return refused('client_id is 1 to 64 letters, digits and . _ @ : -, beginning with a letter or digit');
  }
  if (caller === ANONYMOUS.caller) return refused(`client_id is not ${ANONYMOUS.caller}, which is nobody's`);
  if (typeof user !== 'string' || user === '' || user.length > USER_LENGTH_MAX) {
    return refused(`sub is a text of 1 to ${USER_LENGTH_MAX} characters`);
  }
  if (criticality === undefined) return { incoming: { caller, user }, complaint: null };
  const known = CLASSES.find((name) => name === criticality);
  if (known === undefined) return refused(`criticality is one of ${CLASSES.join(', ')}`);
  return { incoming: { caller, user, criticality: known }, complaint: null };
}

/** Names the rule that was broken, and nothing of the key. */
function reasonOf(error: unknown): string {
  if (error instanceof errors.JWTExpired) return 'the token has expired';
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.reason === 'missing') return `the token has no claim ${error.claim}`;
    return error.claim === 'nbf' ? 'the token is not valid yet' : `the claim ${error.claim} is not right`;
  }
  if (error instanceof errors.JOSEAlgNotAllowed) return `the token is signed with ${ALGORITHM}`;
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'the signature is not right';
  return 'the token is not a signed JWT';
}

function refused(complaint: string): Identity {
  return { incoming: ANONYMOUS, complaint };
}
