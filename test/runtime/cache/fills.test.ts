import { describe, expect, it } from 'vitest';
import type { Cache } from '../../../runtime/cache/index.ts';
import { Flights, type Landed, type Passenger } from '../../../runtime/cache/flights.ts';
import { cacheStage, outcome } from './simulated/stage.ts';

const TTL = { ttlMs: 60_000 };

describe('a fill', () => {
  it('I-21: is made once for all readers of all processes', async () => {
    const { clock, caches } = await cacheStage({ clients: 3 });
    let loads = 0;
    const load = async (): Promise<number> => {
      loads += 1;
      await clock.sleep(200);
      return 7;
    };
    const reads = caches.flatMap((cache) =>
      Array.from({ length: 50 }, () => cache.getOrLoad('k', load, TTL)),
    );
    const { value } = await outcome(clock, Promise.all(reads));
    expect(new Set(value)).toEqual(new Set([7]));
    expect(loads).toBe(1);
  });

  it('I-22: that began before an invalidation is never stored after it', async () => {
    const { clock, caches } = await cacheStage();
    const [a, b] = caches as [Cache, Cache];
    let row = 1;
    const slow = async (): Promise<number> => {
      const read = row;
      await clock.sleep(100);
      return read;
    };
    const reading = a.getOrLoad('k', slow, TTL);
    await clock.advance(50);
    row = 2;
    await outcome(clock, b.delete('k'));
    expect((await outcome(clock, reading)).value).toBe(1);
    expect((await outcome(clock, b.get('k'))).value).toBeUndefined();
    expect((await outcome(clock, b.getOrLoad('k', slow, TTL))).value).toBe(2);
  });

  it('I-22: that lost to an invalidation is not given to readers who came after that', async () => {
    const { clock, caches } = await cacheStage();
    const [a, b] = caches as [Cache, Cache];
    let row = 1;
    let loads = 0;
    const slow = async (): Promise<number> => {
      const read = row;
      loads += 1;
      await clock.sleep(100);
      return read;
    };
    const early = a.getOrLoad('k', slow, TTL);
    await clock.advance(50);
    row = 2;
    await outcome(clock, b.delete('k'));
    const late = [a.getOrLoad('k', slow, TTL), a.getOrLoad('k', slow, TTL)];
    expect((await outcome(clock, early)).value).toBe(1);
    expect((await outcome(clock, Promise.all(late))).value).toEqual([2, 2]);
    expect(loads).toBe(2);
  });

  it('of a process that died stands in the way for its time and no longer', async () => {
    const { clock, caches, servers } = await cacheStage({ shards: 1 });
    const [a, b] = caches as [Cache, Cache];
    a.getOrLoad('k', () => new Promise<number>(() => {}), TTL).catch(() => {});
    await clock.advance(10);
    servers.cut('a', 0);
    const { value, ms } = await outcome(
      clock,
      b.getOrLoad('k', () => Promise.resolve(2), TTL),
    );
    expect(value).toBe(2);
    expect(ms).toBeGreaterThan(2000);
    expect(ms).toBeLessThan(3200);
    expect(servers.entry(0, ':k')?.[0]).toBe('V'.charCodeAt(0));
  });

  it('that fails rejects with the same error, and the next reader loads at once', async () => {
    const { clock, caches } = await cacheStage();
    const broken = (): Promise<number> => Promise.reject(new Error('no row'));
    const { error } = await outcome(clock, caches[0]!.getOrLoad('k', broken, TTL));
    expect(error?.message).toBe('no row');
    const { value, ms } = await outcome(
      clock,
      caches[1]!.getOrLoad('k', () => Promise.resolve(3), TTL),
    );
    expect(value).toBe(3);
    expect(ms).toBeLessThan(20);
  });

  it('is not stored under a lease that ended while it was loaded', async () => {
    const { clock, caches, servers, tables } = await cacheStage({ shards: 1 });
    const slow = async (): Promise<number> => {
      tables.isAway = true;
      await clock.sleep(4000);
      return 1;
    };
    expect((await outcome(clock, caches[0]!.getOrLoad('k', slow, TTL))).value).toBe(1);
    await clock.advance(5);
    expect(servers.entry(0, ':k')).toBeNull();
  });
});

describe('a value past its time', () => {
  const AGE = { ttlMs: 10_000, staleMs: 60_000 };

  it('is served while one reader of all loads it anew', async () => {
    const { clock, caches } = await cacheStage();
    let loads = 0;
    const load = async (): Promise<number> => {
      loads += 1;
      await clock.sleep(50);
      return loads;
    };
    await outcome(clock, caches[0]!.getOrLoad('k', load, AGE));
    await clock.advance(11_000);
    const reads = caches.flatMap((cache) => [1, 2, 3].map(() => cache.getOrLoad('k', load, AGE)));
    const { value, ms } = await outcome(clock, Promise.all(reads));
    expect(value).toEqual([1, 1, 1, 1, 1, 1]);
    expect(ms).toBeLessThan(10);
    await clock.advance(100);
    expect(loads).toBe(2);
    expect((await outcome(clock, caches[1]!.get('k'))).value).toBe(2);
  });

  it('I-22: loaded anew before an invalidation is not stored after it', async () => {
    const { clock, caches } = await cacheStage();
    let row = 1;
    const load = async (): Promise<number> => {
      const read = row;
      await clock.sleep(50);
      return read;
    };
    await outcome(clock, caches[0]!.getOrLoad('k', load, AGE));
    await clock.advance(11_000);
    await outcome(clock, caches[0]!.getOrLoad('k', load, AGE));
    await clock.advance(20);
    row = 2;
    await outcome(clock, caches[1]!.delete('k'));
    await clock.advance(200);
    expect((await outcome(clock, caches[1]!.get('k'))).value).toBeUndefined();
  });
});

const ANYBODY: Passenger = { criticality: 'critical', share: 1, signal: null };

function landing<Value>(value: Value, isCurrent = false): Promise<Landed<Value>> {
  return Promise.resolve({ value, from: 'load', freshMs: 1, isCurrent });
}

describe('loads of one key in one process', () => {
  it('end with their own errors, and leave nothing behind', async () => {
    const flights = new Flights();
    const failing = flights.join('k', ANYBODY, () => Promise.reject(new Error('first')));
    const waiting = flights.join('k', ANYBODY, () => landing(2));
    await expect(failing).rejects.toThrow('first');
    expect((await waiting).value).toBe(2);
    await Promise.resolve();
    expect(flights.underway).toBe(0);
  });
});
