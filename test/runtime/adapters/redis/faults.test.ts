import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { within } from '../../../../runtime/bounded.ts';
import { RedisConnector } from '../../../../runtime/adapters/redis-connector.ts';
import { systemClock } from '../../../../runtime/adapters/system.ts';
import type { CacheConnection } from '../../../../runtime/cache/ports.ts';
import { PASSWORD, RedisServer, USER } from './server.ts';

let server: RedisServer;
let root: Redis;
let connections: CacheConnection[] = [];

beforeEach(async () => {
  server = await RedisServer.start(0, { appendOnly: true });
  root = rootOf(server);
});

afterEach(async () => {
  for (const connection of connections) connection.destroy();
  connections = [];
  root.disconnect();
  await server.close();
});

function rootOf({ port, caPem }: RedisServer): Redis {
  const client = new Redis({
    host: 'localhost',
    port,
    tls: { ca: caPem },
    username: 'root',
    password: 'root',
    retryStrategy: () => 20,
  });
  client.on('error', () => {});
  return client;
}

async function connect(renewMs?: { min: number; max: number }): Promise<CacheConnection> {
  const connector = new RedisConnector({
    shards: [server.endpoint],
    tls: { ca: server.caPem },
    login: { user: USER, password: () => Promise.resolve(PASSWORD) },
    ...(renewMs && { renewMs }),
  });
  const connection = await connector.connect(0, { timeoutMs: 2000 });
  connections.push(connection);
  return connection;
}

function lossOf(connection: CacheConnection): { count: number } {
  const loss = { count: 0 };
  connection.onLost(() => (loss.count += 1));
  return loss;
}

/** The answer, or why there is none. */
async function outcome(answer: Promise<unknown>, ms = 100): Promise<unknown> {
  try {
    return await within(systemClock, ms, answer, () => new Error('late'));
  } catch (error) {
    return (error as Error).message === 'late' ? 'late' : 'rejected';
  }
}

describe('a server that freezes', () => {
  it('answers nothing; what is outstanding is rejected with the connection at once', async () => {
    const connection = await connect();
    await connection.put('k', new Uint8Array([1]), 60_000);
    server.stop();
    const commands = [
      connection.get('k'),
      connection.getMany(['k']),
      connection.delete(['k']),
      connection.flush(),
    ];
    const ended = Promise.allSettled(commands);
    expect(await outcome(Promise.race(commands))).toBe('late');
    const loss = lossOf(connection);
    connection.destroy();
    const since = performance.now();
    expect((await ended).map(({ status }) => status)).toEqual(Array(4).fill('rejected'));
    expect(performance.now() - since).toBeLessThan(500);
    expect(await outcome(connection.get('k'))).toBe('rejected');
    expect(loss.count).toBe(0);
    server.resume();
  });

  it('is noticed by a connection that nobody uses', async () => {
    const connection = await connect();
    const loss = lossOf(connection);
    server.stop();
    await sleep(2500);
    expect(loss.count).toBe(1);
    server.resume();
  });

  it('I-26: gives no reply of one request to another, over many rounds of time-outs', async () => {
    const keys = Array.from({ length: 40 }, (_, n) => `k${n}`);
    await root.mset(...keys.flatMap((key) => [key, `value of ${key}`]));
    let connection = await connect();
    const seen = { right: 0, wrong: 0, none: 0 };
    const read = async (key: string): Promise<void> => {
      const value = await outcome(connection.get(key), 15);
      if (value instanceof Uint8Array)
        seen[Buffer.from(value).toString() === `value of ${key}` ? 'right' : 'wrong'] += 1;
      else seen.none += 1;
    };
    for (let round = 0; round < 60; round += 1) {
      const isFrozen = round % 3 === 1;
      const reads = keys.slice(0, 20).map(read);
      if (isFrozen) server.stop();
      await Promise.all([...reads, ...keys.slice(20).map(read), outcome(connection.getMany(keys), 15)]);
      server.resume();
      if (!isFrozen) continue;
      connection.destroy();
      connection = await connect();
    }
    expect(seen.wrong).toBe(0);
    expect(seen.right).toBeGreaterThan(500);
    expect(seen.none).toBeGreaterThan(200);
  });
});

describe('a server that dies', () => {
  it('is noticed at once, and told once', async () => {
    const connection = await connect();
    const loss = lossOf(connection);
    await server.kill();
    await expect(connection.get('k')).rejects.toThrow();
    await sleep(50);
    expect(loss.count).toBe(1);
    await expect(connect()).rejects.toThrow(/ECONNREFUSED|closed/);
  });

  it('tells a listener that comes too late', async () => {
    const connection = await connect();
    await server.kill();
    await sleep(100);
    expect(lossOf(connection).count).toBe(1);
  });

  it('comes back as another incarnation, with its old data', async () => {
    const before = await connect();
    await before.put('k', new Uint8Array([1]), 60_000);
    await server.kill();
    await server.startProcess();
    const after = await connect();
    expect(after.incarnation).not.toBe(before.incarnation);
    expect(await after.get('k')).toEqual(Buffer.from([1]));
  });

  it('is not connected to again by the driver', async () => {
    const connection = await connect();
    await server.kill();
    await server.startProcess();
    await sleep(300);
    expect(await outcome(connection.get('k'))).toBe('rejected');
    expect(await root.client('LIST')).not.toContain(`user=${USER}`);
  });
});

describe('a connection that grows old', () => {
  const RENEWING = { min: 20, max: 40 };

  it('logs in anew under load, without a failure, and leaves one connection', async () => {
    await root.set('k', 'v');
    const connection = await connect(RENEWING);
    const loss = lossOf(connection);
    const since = performance.now();
    let reads = 0;
    const ids = new Set<string>();
    while (performance.now() - since < 600) {
      const values = await Promise.all(Array.from({ length: 20 }, () => connection.get('k')));
      for (const value of values) expect(value).toEqual(Buffer.from('v'));
      reads += values.length;
      if (reads % 400 === 0) for (const id of await applicationClients()) ids.add(id);
    }
    expect(loss.count).toBe(0);
    expect(ids.size).toBeGreaterThan(2);
    await sleep(60);
    expect((await applicationClients()).length).toBeLessThanOrEqual(2);
    connection.destroy();
    await sleep(100);
    expect(await applicationClients()).toEqual([]);
  });

  it('is lost when another server process answers', async () => {
    const other = await RedisServer.start(0);
    const endpoint = { ...server.endpoint };
    const connector = new RedisConnector({
      shards: [endpoint],
      tls: { ca: [server.caPem, other.caPem] },
      login: { user: USER, password: () => Promise.resolve(PASSWORD) },
      renewMs: { min: 100, max: 100 },
    });
    const connection = await connector.connect(0, { timeoutMs: 2000 });
    const loss = lossOf(connection);
    await sleep(250);
    expect(loss.count).toBe(0);
    endpoint.port = other.port;
    await sleep(250);
    expect(loss.count).toBe(1);
    expect(await outcome(connection.get('k'))).toBe('rejected');
    expect(await applicationClients()).toEqual([]);
    await other.close();
  });

  async function applicationClients(): Promise<string[]> {
    const list = (await root.client('LIST')) as string;
    return list
      .split('\n')
      .filter((line) => line.includes(`user=${USER}`))
      .map((line) => line.split(' ')[0]!);
  }
});

describe('a primary that becomes a replica', () => {
  it('is lost within two seconds, though its process and its connections live on', async () => {
    const connection = await connect();
    const loss = lossOf(connection);
    await root.replicaof('127.0.0.1', 1);
    expect(await connection.get('k')).toBeNull();
    await sleep(1500);
    expect(loss.count).toBe(1);
  });
});
