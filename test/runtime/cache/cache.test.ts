import { describe, expect, it } from 'vitest';
import { shardOf } from '../../../core/cache/index.ts';
import { Cache, type Keyspace } from '../../../runtime/cache/index.ts';
import { cacheStage, outcome } from './simulated/stage.ts';

const TTL = { ttlMs: 60_000 };

/** A key that lives on this shard of two. */
function keyOn(shard: number, name = 'key'): string {
  for (let n = 0; n < 1000; n += 1) if (shardOf(`:${name}${n}`, 2) === shard) return `${name}${n}`;
  throw new Error('no such key');
}

describe('the cache', () => {
  it('keeps what is set until it is deleted', async () => {
    const { clock, caches } = await cacheStage();
    const [a, b] = caches as [Cache, Cache];
    expect((await outcome(clock, a.set('k', { x: 1 }, TTL))).value).toBe(true);
    expect((await outcome(clock, b.get('k'))).value).toEqual({ x: 1 });
    await outcome(clock, b.delete('k'));
    expect((await outcome(clock, a.get('k'))).value).toBeUndefined();
  });

  it('tells a cached null from a miss', async () => {
    const { clock, caches } = await cacheStage();
    await outcome(clock, caches[0]!.set('k', null, TTL));
    expect((await outcome(clock, caches[0]!.get('k'))).value).toBeNull();
  });

  it('reads many keys in their order, whatever their shards', async () => {
    const { clock, caches } = await cacheStage();
    const cache = caches[0]!;
    for (const n of [0, 1, 2, 3, 4]) await outcome(clock, cache.set(`k${n}`, n, TTL));
    const keys = ['k3', 'none', 'k0', 'k4'];
    expect((await outcome(clock, cache.mget(keys))).value).toEqual([3, undefined, 0, 4]);
  });

  it('takes bytes as keys and as values', async () => {
    const { clock, caches } = await cacheStage();
    const key = Uint8Array.of(0, 255, 10, 13);
    await outcome(clock, caches[0]!.set(key, Uint8Array.of(1, 2, 0), TTL));
    expect((await outcome(clock, caches[1]!.get(key))).value).toEqual(Uint8Array.of(1, 2, 0));
  });

  it('SEC-19: keeps tenants apart', async () => {
    const { clock, caches } = await cacheStage();
    const one: Keyspace = caches[0]!.tenant('one');
    await outcome(clock, one.set('k', 1, TTL));
    expect((await outcome(clock, caches[0]!.tenant('two').get('k'))).value).toBeUndefined();
    expect((await outcome(clock, caches[0]!.get('one:k'))).value).toBeUndefined();
    expect((await outcome(clock, caches[1]!.tenant('one').get('k'))).value).toBe(1);
    expect(() => caches[0]!.tenant('a:b')).toThrow(/tenant/);
    expect(() => caches[0]!.tenant('')).toThrow(/tenant/);
  });

  it('lets values expire, earlier by chance and never later', async () => {
    const { clock, caches } = await cacheStage({ shards: 1 });
    const load = (): Promise<number> => Promise.resolve(1);
    const keys = Array.from({ length: 50 }, (_, n) => `k${n}`);
    for (const key of keys) await outcome(clock, caches[0]!.getOrLoad(key, load, { ttlMs: 100_000 }));
    await clock.advance(93_000);
    const some = (await outcome(clock, caches[0]!.mget(keys))).value!.filter((value) => value === 1).length;
    expect(some).toBeGreaterThan(5);
    expect(some).toBeLessThan(45);
    await clock.advance(7000);
    expect((await outcome(clock, caches[0]!.mget(keys))).value).toEqual(keys.map(() => undefined));
  });

  it.each([
    ['an empty key', (cache: Cache) => cache.get('')],
    ['a line break', (cache: Cache) => cache.delete('a\r\nflushall')],
    ['a negative time to live', (cache: Cache) => cache.set('k', 1, { ttlMs: -1 })],
    ['a time to live of 0', (cache: Cache) => cache.getOrLoad('k', () => Promise.resolve(1), { ttlMs: 0 })],
    ['a value that is a function', (cache: Cache) => cache.set('k', (() => 1) as never, TTL)],
    [
      'a loaded value that is undefined',
      (cache: Cache) => cache.getOrLoad('k', () => Promise.resolve(undefined as never), TTL),
    ],
  ])('refuses %s', async (_, call) => {
    const { clock, caches } = await cacheStage();
    const { error } = await outcome<unknown>(clock, call(caches[0]!));
    expect(error?.code).toBe('invalid-input');
  });

  it('refuses a number of shards that cannot be', () => {
    expect(() => new Cache({} as never, { shards: 0 })).toThrow(/shards/);
  });

  it('leaves no timer and no connection when it is closed', async () => {
    const { clock, caches, servers, tables } = await cacheStage();
    for (const cache of caches) await outcome(clock, cache.close());
    await clock.advance(100_000);
    expect([clock.pending, servers.opened, tables.ledger.holders.length]).toEqual([0, 0, 0]);
    const { error } = await outcome(clock, caches[0]!.get('k'));
    expect(error?.code).toBe('cache-closed');
  });
});

describe('a shard that is away', () => {
  it.each(['kill', 'hang'] as const)('I-21: is a miss in time, then at once: %s', async (fault) => {
    const { clock, caches, servers } = await cacheStage();
    const cache = caches[0]!;
    const [dead, alive] = [keyOn(0), keyOn(1)];
    for (const key of [dead, alive]) await outcome(clock, cache.set(key, 1, TTL));
    if (fault === 'kill') servers.kill(0);
    else servers.at(0).hang();
    const first = await outcome(clock, cache.get(dead));
    expect(first.value).toBeUndefined();
    expect(first.ms).toBeLessThanOrEqual(102);
    await clock.advance(5000);
    const later = await outcome(clock, cache.get(dead));
    expect(later).toMatchObject({ value: undefined });
    expect(later.ms).toBeLessThanOrEqual(1);
    expect((await outcome(clock, cache.get(alive))).value).toBe(1);
  });

  it('I-20: never sends its keys to another shard', async () => {
    const { clock, caches, servers } = await cacheStage();
    servers.kill(0);
    await clock.advance(5000);
    const before = servers.at(1).commands;
    const load = (): Promise<number> => Promise.resolve(7);
    expect((await outcome(clock, caches[0]!.getOrLoad(keyOn(0), load, TTL))).value).toBe(7);
    expect(servers.at(1).commands).toBe(before);
    expect(caches[0]!.describe().shards[0]).toMatchObject({ breaker: 'open', incarnation: null });
  });

  it('I-21: is loaded by one reader at a time in each process', async () => {
    const { clock, caches, servers } = await cacheStage();
    servers.kill(0);
    await clock.advance(5000);
    let underway = 0;
    let most = 0;
    let loads = 0;
    const load = async (): Promise<number> => {
      most = Math.max(most, (underway += 1));
      loads += 1;
      await clock.sleep(20);
      underway -= 1;
      return loads;
    };
    const reads: Promise<number>[] = [];
    for (let n = 0; n < 100; n += 1) {
      reads.push(caches[0]!.getOrLoad(keyOn(0), load, TTL));
      await clock.advance(1);
    }
    await clock.advance(100);
    expect((await Promise.all(reads)).length).toBe(100);
    expect(most).toBe(1);
    expect(loads).toBeLessThanOrEqual(8);
  });
});

describe('a connection', () => {
  it('I-26: is destroyed with an answer outstanding, and no answer is given to another command', async () => {
    const { clock, caches, servers, random } = await cacheStage({ shards: 1, clients: 1 });
    const cache = caches[0]!;
    const keys = Array.from({ length: 10 }, (_, n) => `k${n}`);
    for (const [n, key] of keys.entries()) await outcome(clock, cache.set(key, n, { ttlMs: 1e9 }));
    const wrong: unknown[] = [];
    let hits = 0;
    for (let round = 0; round < 300; round += 1) {
      const n = Math.floor(random() * keys.length);
      void cache.get(keys[n]!).then((value) => {
        if (value === n) hits += 1;
        else if (value !== undefined) wrong.push([n, value]);
      });
      if (random() < 0.05) servers.at(0).hang();
      if (random() < 0.2) servers.at(0).goOn();
      await clock.advance(Math.floor(random() * 120));
    }
    servers.at(0).goOn();
    await clock.advance(10_000);
    expect(wrong).toEqual([]);
    expect(hits).toBeGreaterThan(20);
    expect(servers.opened).toBe(1);
  });
});
