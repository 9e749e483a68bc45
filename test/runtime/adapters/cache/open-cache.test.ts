import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { formatShards } from '../../../../core/cache/index.ts';
import { type OpenCache, openCache, type OpenCacheOptions } from '../../../../runtime/adapters/open-cache.ts';
import type { Database } from '../../../../runtime/database.ts';
import { type LedgerStage, openStage } from '../ledger/stage.ts';
import { PASSWORD, RedisServer, USER } from '../redis/server.ts';
import { eventually, LIMITS } from './stage.ts';

let ledger: LedgerStage;
let servers: RedisServer[];
let database: Database;
let opened: OpenCache[] = [];

beforeAll(async () => {
  ledger = await openStage(1);
  database = await ledger.openAs('application');
  servers = [await RedisServer.start(0), await RedisServer.start(0), await RedisServer.start(0)];
});
afterAll(async () => {
  await Promise.all(servers.map((server) => server.close()));
  await ledger.close();
});
afterEach(async () => {
  for (const server of servers) server.resume();
  await Promise.all(opened.map((one) => one.close()));
  opened = [];
});

function optionsOf(more: Partial<OpenCacheOptions> = {}): OpenCacheOptions {
  return {
    database,
    shards: textOf(0),
    user: USER,
    region: 'eu-central-1',
    limits: LIMITS,
    access: {
      tls: { ca: servers.map(({ caPem }) => caPem) },
      login: { user: USER, password: () => Promise.resolve(PASSWORD) },
    },
    ...more,
  };
}

function textOf(server: number): string {
  return formatShards([servers[server]!.endpoint]);
}

function open(more?: Partial<OpenCacheOptions>): OpenCache {
  const one = openCache(optionsOf(more));
  opened.push(one);
  return one;
}

describe('a cache that is opened', () => {
  it('serves misses at once, and hits when it is ready', async () => {
    const { cache, ready } = open();
    expect(await cache.get('k')).toBeUndefined();
    expect(await ready(10_000)).toBe(true);
    expect(await cache.getOrLoad('k', () => Promise.resolve({ a: 1 }), { ttlMs: 1000 })).toEqual({ a: 1 });
    expect(await cache.get('k')).toEqual({ a: 1 });
    await cache.delete('k');
    expect(await cache.get('k')).toBeUndefined();
  });

  it('is not ready while a shard is away, and says so in time', async () => {
    servers[0]!.stop();
    const { ready } = open();
    const since = performance.now();
    expect(await ready(300)).toBe(false);
    expect(performance.now() - since).toBeLessThan(1500);
  });

  it('gives its leases back when it is closed, and leaves no connection', async () => {
    const { cache, ready, close } = open();
    await ready(10_000);
    await close();
    expect(await ledger.sql('select from understudy_cache.holder')).toEqual([]);
    await expect(cache.get('k')).rejects.toMatchObject({ code: 'cache-closed' });
    await sleep(50);
    const left = await ledger.sql<{ n: number }>(
      "select count(*)::integer as n from pg_stat_activity where usename = 'application'",
    );
    const { idle } = database.writes.describe();
    // The database itself stays open: its pool, and one connection that asks for the members.
    expect(left[0]!.n).toBeLessThanOrEqual(idle + 2);
  });

  it('holds its leases in each of its copies', async () => {
    const { ready } = open({ copies: textOf(1), gutter: textOf(2).replace('cache', 'gutter') });
    await ledger.sql(
      "insert into understudy_cache.shard (cache, shard, epoch, state) values ('gutter', 0, 1, 'closed')",
    );
    await ledger.sql(
      `insert into understudy_cache.ring (cache, epoch, shards, parts, moved, phase, is_returning)
       values ('gutter', 1, 1, 8, 0, 'steady', false)`,
    );
    await ready(10_000);
    await eventually(async () => {
      const holders = await ledger.sql<{ cache: string }>(
        'select cache from understudy_cache.holder where sequence > 1 order by cache',
      );
      return holders.map(({ cache }) => cache).join(' ') === 'copy gutter main';
    });
  });

  it('reads the second copy while a shard of the main one hangs', async () => {
    const { cache, ready } = open({ copies: textOf(1) });
    await ready(10_000);
    let loads = 0;
    const load = (): Promise<number> => Promise.resolve((loads += 1));
    await eventually(async () => {
      await cache.delete('k');
      await cache.getOrLoad('k', load, { ttlMs: 60_000 });
      const before = loads;
      servers[0]!.stop();
      const isThere = (await cache.getOrLoad('k', load, { ttlMs: 60_000 })) === before && loads === before;
      servers[0]!.resume();
      return isThere;
    });
    servers[0]!.stop();
    await cache.delete('k');
    const before = loads;
    expect(await cache.getOrLoad('k', load, { ttlMs: 60_000 })).toBe(before + 1);
  });
});

describe('options that are wrong', () => {
  it('are all named in one error', () => {
    const wrong = { shards: 'x', copies: 'y-0=h:1', gutter: '', user: '', region: '' };
    expect(() => open(wrong)).toThrow(
      expect.objectContaining({
        code: 'invalid-input',
        message: expect.stringMatching(/shards\[0\][^]*gutter =[^]*user =[^]*region =/),
      }),
    );
  });

  it('are copies of another number, and a time to live in a gutter that is not there', () => {
    const two = 'a-copy-0=h:1,a-copy-1=h:2';
    expect(() => open({ copies: two })).toThrow(/copies[^]*must name 1 shards/);
    expect(() => open({ gutterTtlMs: 5 })).toThrow(/gutterTtlMs[^]*with a gutter/);
    expect(() => open({ gutter: textOf(2), gutterTtlMs: 0.5 })).toThrow(/gutterTtlMs[^]*whole number/);
    expect(opened).toEqual([]);
  });
});
