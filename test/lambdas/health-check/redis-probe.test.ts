import net from 'node:net';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { PROBER_ACCESS } from '../../../core/cache/access.ts';
import type { ShardEndpoint } from '../../../core/cache/shards-text.ts';
import { RedisProbe } from '../../../lambdas/health-check/redis-probe.ts';
import { RedisServer } from '../../runtime/adapters/redis/server.ts';

const USER = 'demo-health-check';
const PASSWORD = 'a-prober-token';
/** Long enough for a busy machine; a probe that is answered does not wait for it. */
const TIMEOUT_MS = 5000;
const HANG_TIMEOUT_MS = 400;

let server: RedisServer;
let root: Redis;
const open: RedisProbe[] = [];

async function admit(): Promise<void> {
  const { port } = server;
  root = new Redis({ port, username: 'root', password: 'root', tls: { ca: server.caPem } });
  await root.call('ACL', 'SETUSER', USER, ...PROBER_ACCESS.split(' '), `>${PASSWORD}`);
}

beforeAll(async () => {
  server = await RedisServer.start(0);
  await admit();
});

afterEach(async () => {
  for (const probe of open.splice(0)) await probe.close();
});

afterAll(async () => {
  root.disconnect();
  await server.close();
});

function prober({ ca = server.caPem, password = (): Promise<string> => Promise.resolve(PASSWORD) } = {}) {
  const clock = { now: () => Date.now(), monotonic: () => performance.now() };
  const probe = new RedisProbe({ clock, tls: { ca }, login: { user: USER, password } });
  open.push(probe);
  return (freshLogin = false, endpoint: ShardEndpoint = server.endpoint, timeoutMs = TIMEOUT_MS) =>
    probe.probe(endpoint, { timeoutMs, freshLogin });
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  const started = performance.now();
  const value = await work;
  expect(performance.now() - started).toBeLessThan(ms);
  return value;
}

/** Clients that the server has of the prober's user. */
async function clients(): Promise<readonly string[]> {
  const list = String(await root.call('CLIENT', 'LIST')).split('\n');
  return list.filter((line) => line.includes(`user=${USER} `)).map((line) => /id=(\d+)/.exec(line)![1]!);
}

describe('a probe of a shard', () => {
  it('logs in, learns which process answers, and says how long it took', async () => {
    const runId = /run_id:(\w+)/.exec(await root.info('server'))![1];
    const sample = await prober()();
    expect(sample).toMatchObject({ memberId: 'test-cache-0', reach: 'ok', runId });
    expect(sample.latencyMs).toBeGreaterThanOrEqual(0);
    expect(Date.now() - sample.at).toBeLessThan(10_000);
  });

  it('keeps its connection, and logs in anew when it is asked to', async () => {
    const look = prober();
    await look();
    const before = await clients();
    await look();
    expect(await clients()).toEqual(before);
    await look(true);
    expect(await clients()).not.toEqual(before);
  });

  it('a connection that was lost meanwhile says nothing of the shard', async () => {
    const look = prober();
    await look();
    for (const id of await clients()) await root.call('CLIENT', 'KILL', 'ID', id);
    expect(await look()).toMatchObject({ reach: 'ok' });
  });

  it('F-05: a process that hangs behind an open port is a time-out, on a kept connection and on a new one', async () => {
    const look = prober();
    await look();
    server.stop();
    try {
      const kept = await within(TIMEOUT_MS, look(false, server.endpoint, HANG_TIMEOUT_MS));
      expect(kept).toMatchObject({ reach: 'timeout', runId: null, latencyMs: null });
      expect(await within(TIMEOUT_MS, look(false, server.endpoint, HANG_TIMEOUT_MS))).toMatchObject({
        reach: 'timeout',
      });
    } finally {
      server.resume();
    }
    expect(await look()).toMatchObject({ reach: 'ok' });
  });

  it('nobody listens: refused', async () => {
    const listener = net.createServer();
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
    const { port } = listener.address() as net.AddressInfo;
    await new Promise<void>((resolve) => listener.close(() => resolve()));
    expect(await prober()(false, { id: 'gone-0', host: '127.0.0.1', port })).toMatchObject({
      reach: 'refused',
    });
  });

  it('SEC-12: a server of another authority is not looked at, and is told apart from one that is away', async () => {
    const other = await RedisServer.start(1);
    try {
      expect(await prober({ ca: other.caPem })()).toMatchObject({ reach: 'tls', runId: null });
    } finally {
      await other.close();
    }
  });

  it('a password that is not taken, and one that cannot be made, are the login', async () => {
    expect(await prober({ password: () => Promise.resolve('stale') })()).toMatchObject({ reach: 'login' });
    const missing = Object.assign(new Error('nobody'), { name: 'CredentialsProviderError' });
    expect(await prober({ password: () => Promise.reject(missing) })()).toMatchObject({ reach: 'login' });
  });

  it('a right that is missing is the login', async () => {
    await root.call('ACL', 'SETUSER', USER, '-ping');
    try {
      expect(await prober()()).toMatchObject({ reach: 'login' });
    } finally {
      await root.call('ACL', 'SETUSER', USER, '+ping');
    }
  });

  it('a shard that is full answers whom it knows: load, not death', async () => {
    const look = prober();
    const { runId } = await look();
    const own = (await root.call('CLIENT', 'LIST')) as string;
    await root.call('CONFIG', 'SET', 'maxclients', String(own.trim().split('\n').length));
    try {
      expect(await look(true)).toMatchObject({ reach: 'load', runId });
      expect(await look()).toMatchObject({ reach: 'ok', runId });
      expect((await prober()()).reach).not.toBe('ok');
    } finally {
      await root.call('CONFIG', 'SET', 'maxclients', '1000');
    }
  });

  it('a restart is another process', async () => {
    const look = prober();
    const before = await look();
    root.disconnect();
    await server.kill();
    expect((await look()).reach).toMatch(/^(refused|reset)$/);
    await server.startProcess();
    await admit();
    const after = await look();
    expect(after).toMatchObject({ reach: 'ok', runId: expect.stringMatching(/^[0-9a-f]{40}$/) });
    expect(after.runId).not.toBe(before.runId);
  });

  it('leaves no connection behind', async () => {
    const look = prober();
    await look();
    await open.splice(0).at(-1)!.close();
    await expect.poll(clients).toEqual([]);
  });
});
