import { describe, expect, it } from 'vitest';
import type { CacheValue } from '../../../core/cache/index.ts';
import { CACHE_DEFAULTS, type Cache } from '../../../runtime/cache/index.ts';
import type { CacheOperations } from '../../../runtime/cache/operations.ts';
import { layeredStage } from './simulated/layered-stage.ts';
import { cacheStage, outcome } from './simulated/stage.ts';

const TTL_MS = 60_000;

async function stage(options: Parameters<typeof cacheStage>[0] = {}) {
  const made = await cacheStage(options);
  const [a, b] = made.caches as [Cache, Cache];
  const value = async <T>(work: Promise<T>): Promise<T> => {
    const { value: got, error } = await outcome(made.clock, work);
    if (error) throw error;
    return got as T;
  };
  /** The fill of a key that is missing. */
  const lent = async (cache: CacheOperations, key: string): Promise<string> => {
    const asked = await value(cache.ask(key));
    expect(asked).toMatchObject({ kind: 'fill', fill: expect.any(String) });
    return (asked as { fill: string }).fill;
  };
  const store = (cache: CacheOperations, fill: string, stored: CacheValue, staleMs = 0): Promise<boolean> =>
    value(cache.store('k', stored, { fill, ttlMs: TTL_MS, staleMs }));
  return { ...made, a, b, value, lent, store };
}

describe('a fill that is lent', () => {
  it('is stored by whoever was given it, in another process too, and then everybody is served', async () => {
    const { a, b, value, lent, store } = await stage();
    const fill = await lent(a, 'k');
    expect(await value(b.ask('k'))).toEqual({ kind: 'busy' });
    expect(await store(b, fill, { price: 7 })).toBe(true);
    expect(await value(a.ask('k'))).toEqual({ kind: 'value', value: { price: 7 } });
    expect(await value(b.get('k'))).toEqual({ price: 7 });
  });

  it('I-22: that was lent before an invalidation is never stored after it', async () => {
    const { a, b, value, lent, store } = await stage();
    const fill = await lent(a, 'k');
    await value(b.delete('k'));
    expect(await store(a, fill, 'old')).toBe(false);
    expect(await value(b.get('k'))).toBeUndefined();
  });

  it('I-22: nor when its shard was closed and came back meanwhile', async () => {
    const { a, clock, value, lent, store, tables } = await stage({ shards: 1 });
    const fill = await lent(a, 'k');
    await value(tables.close(0, tables.ledger.rows[0]!.epoch));
    await clock.advance(15_000);
    expect(tables.ledger.rows[0]!.state).toBe('serving');
    expect(await store(a, fill, 'old')).toBe(false);
  });

  it('is worth nothing on another process of the shard', async () => {
    const { a, clock, lent, store, servers, value } = await stage({ shards: 1 });
    const fill = await lent(a, 'k');
    servers.restart(0);
    await clock.advance(15_000);
    expect(await store(a, fill, 'old')).toBe(false);
    expect(await value(a.get('k'))).toBeUndefined();
  });

  it('is stored once', async () => {
    const { a, lent, store, value } = await stage();
    const fill = await lent(a, 'k');
    expect(await store(a, fill, 1)).toBe(true);
    expect(await store(a, fill, 2)).toBe(false);
    expect(await value(a.get('k'))).toBe(1);
  });

  it('ends by itself when nobody stores it', async () => {
    const { a, clock, lent } = await stage();
    const fill = await lent(a, 'k');
    await clock.advance(CACHE_DEFAULTS.fillMs + 100);
    expect(await lent(a, 'k')).not.toBe(fill);
  });

  it('a shard that is away lends nothing, and nobody waits', async () => {
    const { a, clock, value, servers } = await stage({ shards: 1 });
    servers.at(0).hang();
    expect((await value(a.ask('k'))).kind).toBe('fill');
    await clock.advance(1000);
    expect(await value(a.ask('k'))).toEqual({ kind: 'fill', fill: null });
  });

  it('a value past its time is lent to one, and given to nobody as if it were fresh', async () => {
    const { a, b, clock, value, lent, store } = await stage();
    const first = await lent(a, 'k');
    expect(await store(a, first, 'old', 600_000)).toBe(true);
    await clock.advance(TTL_MS);
    const fill = await lent(a, 'k');
    expect(fill).toMatch(/^R\./);
    expect(await value(b.ask('k'))).toEqual({ kind: 'fill', fill: null });
    expect(await store(a, fill, 'new')).toBe(true);
    expect(await value(b.ask('k'))).toEqual({ kind: 'value', value: 'new' });
  });

  it.each(['', 'x', 'F.1.1.short.run', 'V.1.1.00000000000000000000.run', 'F.1.1.00000000000000000000.a\nb'])(
    'refuses %o, which is none',
    async (fill) => {
      const { a, clock } = await stage();
      const { error } = await outcome(clock, a.store('k', 1, { fill, ttlMs: TTL_MS }));
      expect(error).toMatchObject({ code: 'invalid-input' });
    },
  );

  it('a token that was made up stores nothing', async () => {
    const { a, lent, store } = await stage();
    const fill = await lent(a, 'k');
    expect(await store(a, fill.replace(/[0-9a-z]{20}/, '0'.repeat(20)), 'mine')).toBe(false);
  });

  it('I-22: of two copies: lent before an invalidation it is never stored after it', async () => {
    const { clock, caches, inner, outer } = await layeredStage('double');
    const [cache] = caches;
    const value = async <T>(work: Promise<T>): Promise<T> => (await outcome(clock, work)).value as T;
    const asked = await value(cache!.ask('k'));
    const { fill } = asked as { fill: string };
    expect(await value(cache!.store('k', 'new', { fill, ttlMs: TTL_MS }))).toBe(true);
    expect(await value(outer.caches[0]!.get('k'))).toBe('new');
    expect(await value(inner.caches[0]!.get('k'))).toBeUndefined();
    await value(cache!.delete('k'));
    const again = (await value(cache!.ask('k'))) as { fill: string };
    await value(caches[1]!.delete('k'));
    expect(await value(cache!.store('k', 'old', { fill: again.fill, ttlMs: TTL_MS }))).toBe(false);
  });
});

describe('a process that may have stood still', () => {
  it('serves no hit under a lease of before: its clock may have stood still with it', async () => {
    const { a, clock, value, lent, store, tables } = await stage();
    expect(await store(a, await lent(a, 'k'), 'cached')).toBe(true);
    tables.isAway = true;
    expect(await value(a.get('k'))).toBe('cached');
    const resuming = a.resume();
    await clock.advance(1);
    expect(await value(a.get('k'))).toBeUndefined();
    expect((await outcome(clock, resuming)).value).toBe(false);
    tables.isAway = false;
    expect(await value(a.resume())).toBe(true);
    expect(await value(a.get('k'))).toBe('cached');
  });

  it('an answer that was under way when it stood still gives no lease', async () => {
    const { a, clock, value, lent, store, tables } = await stage();
    expect(await store(a, await lent(a, 'k'), 'cached')).toBe(true);
    const renewals: number[] = [];
    const renew = tables.renew.bind(tables);
    tables.renew = (holder) => {
      renewals.push(holder.sequence);
      return renew(holder);
    };
    while (renewals.length === 0) await clock.advance(10);
    expect(await value(a.resume())).toBe(true);
    expect(renewals.length).toBeGreaterThan(1);
    expect(await value(a.get('k'))).toBe('cached');
  });
});
