import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ShardEndpoint } from '../../../../core/cache/index.ts';
import { RedisConnector, type RedisConnectorOptions } from '../../../../runtime/adapters/redis-connector.ts';
import { PASSWORD, RedisServer, USER } from './server.ts';

let server: RedisServer;
let misnamed: RedisServer;

beforeAll(async () => {
  server = await RedisServer.start(0);
  misnamed = await RedisServer.start(0, { names: ['master.another.example'] });
});

afterAll(async () => {
  await server.close();
  await misnamed.close();
});

interface Case {
  readonly endpoint?: ShardEndpoint;
  readonly tls?: RedisConnectorOptions['tls'];
  readonly user?: string;
  readonly password?: () => Promise<string>;
  readonly timeoutMs?: number;
}

async function refusal(given: Case): Promise<string> {
  const { endpoint = server.endpoint, tls = { ca: server.caPem }, user = USER, timeoutMs = 2000 } = given;
  const password = given.password ?? (() => Promise.resolve(PASSWORD));
  const connector = new RedisConnector({ shards: [endpoint], tls, login: { user, password } });
  try {
    const connection = await connector.connect(0, { timeoutMs });
    connection.destroy();
    return 'connected';
  } catch (error) {
    return (error as Error).message;
  }
}

/** Sockets of this process that are open. */
function openSockets(): number {
  return process.getActiveResourcesInfo().filter((name) => /TCPSocketWrap|TLSWrap/.test(name)).length;
}

describe('SEC-12: who may connect, and to whom', () => {
  it('connects over TLS to the name in the certificate, with a token', async () => {
    expect(await refusal({})).toBe('connected');
  });

  it('refuses plain text', async () => {
    expect(await refusal({ tls: 'off' })).not.toBe('connected');
  });

  it('refuses a server of another certificate authority', async () => {
    expect(await refusal({ tls: { ca: misnamed.caPem } })).toMatch(/certificate|issuer/);
    expect(await refusal({ tls: {} })).toMatch(/certificate|issuer/);
  });

  it('refuses a server whose certificate has another name', async () => {
    expect(await refusal({ endpoint: misnamed.endpoint, tls: { ca: misnamed.caPem } })).toMatch(/altnames/);
  });

  it('is refused with a wrong token, or as another user', async () => {
    expect(await refusal({ password: () => Promise.resolve('expired') })).toMatch(/WRONGPASS/);
    expect(await refusal({ user: 'nobody' })).toMatch(/WRONGPASS/);
  });

  it('asks for a token with each connect, for the replication group', async () => {
    const asked: string[] = [];
    const password = (id: string): Promise<string> => {
      asked.push(id);
      return Promise.resolve(PASSWORD);
    };
    const login = { user: USER, password };
    const connector = new RedisConnector({ shards: [server.endpoint], tls: { ca: server.caPem }, login });
    for (let round = 0; round < 2; round += 1) (await connector.connect(0, { timeoutMs: 2000 })).destroy();
    expect(asked).toEqual(['test-cache-0', 'test-cache-0']);
  });
});

describe('a connect that fails', () => {
  it('leaves no socket open', async () => {
    await sleep(50);
    const before = openSockets();
    await refusal({ tls: {} });
    await refusal({ password: () => Promise.resolve('expired') });
    await refusal({ password: () => Promise.reject(new Error('no credentials')) });
    await sleep(50);
    expect(openSockets()).toBe(before);
  });

  it.each(['accepts and says nothing', 'gives no token'])(
    'ends in time with a server that %s',
    async (who) => {
      const silent = net.createServer().listen(0, '127.0.0.1');
      await new Promise((resolve) => silent.once('listening', resolve));
      const { port } = silent.address() as net.AddressInfo;
      const endpoint = { id: 'test-cache-0', host: 'localhost', port };
      const never = (): Promise<string> => new Promise(() => {});
      const since = performance.now();
      const said = await refusal({
        endpoint,
        timeoutMs: 200,
        ...(who === 'gives no token' && { password: never }),
      });
      expect(said).toMatch(/no connection within 200 ms/);
      expect(performance.now() - since).toBeLessThan(1500);
      silent.close();
    },
  );

  it('ends in time with a server that is frozen', async () => {
    server.stop();
    try {
      expect(await refusal({ timeoutMs: 200 })).toMatch(/no connection within 200 ms/);
    } finally {
      server.resume();
    }
  });

  it('ends when the connector is closed', async () => {
    server.stop();
    const login = { user: USER, password: () => Promise.resolve(PASSWORD) };
    const connector = new RedisConnector({ shards: [server.endpoint], tls: { ca: server.caPem }, login });
    const connecting = connector.connect(0, { timeoutMs: 30_000 });
    setTimeout(() => connector.close(), 50);
    await expect(connecting).rejects.toThrow('the connector is closed');
    server.resume();
  });

  it('refuses a server that is a replica', async () => {
    const root = new Redis({
      host: 'localhost',
      port: server.port,
      tls: { ca: server.caPem },
      username: 'root',
      password: 'root',
    });
    await root.replicaof('127.0.0.1', misnamed.port);
    expect(await refusal({})).toMatch(/replica/);
    await root.replicaof('NO', 'ONE');
    root.disconnect();
    expect(await refusal({})).toBe('connected');
  });
});
