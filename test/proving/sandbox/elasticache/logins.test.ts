import net from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCertificateAuthority } from '../../../../proving/sandbox/tls/index.ts';
import { elastiCacheToken } from '../../../../runtime/adapters/elasticache-token.ts';
import {
  exchange,
  GROUP,
  GROUP_PROPERTIES,
  openStage,
  PASSWORD,
  PASSWORD_USER,
  PROBER,
  REGION,
  SHOP_KEY,
  type Stage,
  STRANGER_KEY,
  token,
  USER,
} from './support.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
  await stage.create('ReplicationGroup', GROUP_PROPERTIES);
});
afterAll(() => stage?.end());

const refusals = () => stage.logged.filter((line) => line.includes('a login was refused'));

/** What a login with this password is answered, as HELLO's user would see it. */
async function login(password: string, user = USER): Promise<string> {
  return exchange(stage, request('AUTH', user, password));
}

function request(...args: string[]): string {
  return `*${args.length}\r\n${args.map((arg) => `$${Buffer.byteLength(arg)}\r\n${arg}\r\n`).join('')}`;
}

describe('SEC-12: a connection', () => {
  test('reads and writes with a stock client, under the name that the certificate carries', async () => {
    const client = await stage.connect();
    const binary = Buffer.from([0, 13, 10, 36, 42, 255]);
    expect(await client.set('shop:1', binary)).toBe('OK');
    expect(await client.getBuffer('shop:1')).toEqual(binary);
    expect(await client.info('server')).toMatch(/run_id:[0-9a-f]{40}/);
    expect(await client.config('GET', 'maxmemory-policy')).toEqual(['maxmemory-policy', 'allkeys-lru']);
  });

  test("takes the token of the project's own signer", async () => {
    const password = await elastiCacheToken({ region: REGION, user: USER, credentials: SHOP_KEY })(GROUP);
    expect(await (await stage.connect({ password })).ping()).toBe('PONG');
  });

  test('in plain text ends without an answer', async () => {
    const { address, port } = stage.node();
    const said = await new Promise<string>((resolve) => {
      let heard = '';
      const socket = net.connect(port, address, () => socket.write('PING\r\n'));
      socket.on('data', (chunk) => (heard += chunk.toString('latin1')));
      socket.on('error', () => undefined);
      socket.on('close', () => resolve(heard));
    });
    expect(said).not.toContain('PONG');
    expect(said).not.toContain('NOAUTH');
  });

  test('refuses another authority, and another name', async () => {
    const other = createCertificateAuthority({ ...stage.world, stateDir: `${stage.world.stateDir}/other` });
    const { endpoint } = stage.node();
    const wrongAuthority = { ca: other.caPem, servername: endpoint };
    await expect(stage.connect({ tls: wrongAuthority })).rejects.toThrow();
    const wrongName = { ca: stage.tls.caPem, servername: 'master.other.e00000.use1.cache.amazonaws.com' };
    await expect(stage.connect({ tls: wrongName })).rejects.toThrow();
    await expect(stage.connect({ tls: { servername: endpoint } })).rejects.toThrow();
  });

  test('does nothing before its login', async () => {
    expect(await exchange(stage, 'PING\r\n')).toMatch(/^-NOAUTH/);
    expect(await exchange(stage, request('GET', 'shop:1'))).toMatch(/^-NOAUTH/);
    expect(await exchange(stage, request('AUTH', 'only-a-password'))).toMatch(/^-(WRONGPASS|ERR AUTH)/);
    expect(await exchange(stage, request('AUTH', 'understudy-sandbox', 'guess'))).toMatch(/^-WRONGPASS/);
  });
});

describe('SEC-12: a token', () => {
  const forged = async () => {
    const good = await token();
    return good.replace(/Signature=(.)/, (_all, digit: string) => `Signature=${digit === '0' ? '1' : '0'}`);
  };
  test.each<[string, () => Promise<string>, string]>([
    ['with a forged signature', forged, 'the signature does not match'],
    ['that has expired', () => token({ signedAt: new Date(Date.now() - 901_000) }), 'has expired'],
    ['from the future', () => token({ signedAt: new Date(Date.now() + 600_000) }), 'from the future'],
    ['of another user', () => token({ user: PROBER }), `is for the user ${PROBER}`],
    ['for another group', () => token({ group: 'demo-cache-1' }), 'is for the host demo-cache-1'],
    ['for the database', () => token({ service: 'rds-db' }), 'another scope'],
    ['of a caller without the right to the group', () => token({ key: STRANGER_KEY }), `group:${GROUP}`],
    ['of an unknown key', () => token({ key: { ...SHOP_KEY, accessKeyId: 'ASIANOBODY' } }), 'is unknown'],
    ['signed with another secret', () => token({ key: { ...SHOP_KEY, secretAccessKey: 'x' } }), 'signature'],
    ['that is none', async () => 'a password', 'no IAM authentication token'],
  ])('%s is refused', async (_what, make, reason) => {
    expect(await login(await make())).toMatch(/^-WRONGPASS/);
    expect(refusals().at(-1)).toContain(reason);
  });

  test('needs the right to the user, too', async () => {
    expect(await login(await token({ user: PROBER }), PROBER)).toMatch(/^-WRONGPASS/);
    expect(refusals().at(-1)).toContain(`user:${PROBER}`);
  });

  test('lets nobody in who is in no user group', async () => {
    expect(await login(await token({ user: 'demo-other' }), 'demo-other')).toMatch(/^-WRONGPASS/);
    expect(refusals().at(-1)).toContain('in no user group');
  });
});

describe('a login', () => {
  test('may come with the greeting, behind and before other requests, and in pieces', async () => {
    const hello = request('HELLO', '3', 'AUTH', USER, await token(), 'SETNAME', 'me');
    expect(await exchange(stage, hello)).toMatch(/^%7\r\n/);
    const both = request('PING') + request('AUTH', USER, await token()) + request('PING') + 'PING\r\n';
    expect(await exchange(stage, both)).toMatch(/^-NOAUTH[^\n]*\r\n\+OK\r\n\+PONG\r\n\+PONG\r\n$/);
    const refused = request('HELLO', '3', 'AUTH', USER, 'guess') + request('PING');
    expect(await exchange(stage, refused)).toMatch(/^-WRONGPASS[^\n]*\r\n-NOAUTH/);
  });

  test('again on an open connection is judged again, and leaves it as it was when it is refused', async () => {
    const client = await stage.connect();
    expect(await client.call('AUTH', USER, await token())).toBe('OK');
    await expect(client.call('AUTH', USER, 'guess')).rejects.toThrow(/WRONGPASS/);
    expect(await client.ping()).toBe('PONG');
  });

  test('gives what the access string allows, and no more', async () => {
    const client = await stage.connect();
    await expect(client.keys('*')).rejects.toThrow(/NOPERM/);
    await expect(client.config('SET', 'maxmemory', '1')).rejects.toThrow(/NOPERM/);
    await expect(client.call('ACL', 'LIST')).rejects.toThrow(/NOPERM/);
  });

  test('by password is for users of that kind alone', async () => {
    expect(await login(PASSWORD, PASSWORD_USER)).toBe('+OK\r\n');
    expect(await login('another-password-of-some-length', PASSWORD_USER)).toMatch(/^-WRONGPASS/);
    expect(await login('', 'default')).toMatch(/^-WRONGPASS/);
  });

  test('lasts for its time, however busy the connection is; a new token prolongs it', async () => {
    const brief = await openStage({ sessionMs: 700 });
    try {
      await brief.create('ReplicationGroup', GROUP_PROPERTIES);
      const [idle, renewed] = [await brief.connect(), await brief.connect()];
      let ended = false;
      idle.on('close', () => (ended = true));
      for (let step = 0; step < 10; step++) {
        await new Promise((done) => setTimeout(done, 100));
        await renewed.call('AUTH', USER, await token());
        if (!ended) await idle.ping().catch(() => undefined);
      }
      expect(ended).toBe(true);
      expect(await renewed.ping()).toBe('PONG');
    } finally {
      await brief.end();
    }
  });
});
