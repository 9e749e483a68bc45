import { describe, expect, it } from 'vitest';
import { type Cache, CACHE_DEFAULTS } from '../../../runtime/cache/index.ts';
import { type CacheStage, cacheStage, outcome } from './simulated/stage.ts';

const TTL = { ttlMs: 600_000 };

async function resting(): Promise<CacheStage & { readonly a: Cache; readonly b: Cache }> {
  const stage = await cacheStage();
  const [a, b] = stage.caches as [Cache, Cache];
  await outcome(stage.clock, a.set('k', 'v', TTL));
  await outcome(stage.clock, a.rest());
  return { ...stage, a, b };
}

describe('a cache that rests', () => {
  it('holds no lease, and serves nothing until it resumes', async () => {
    const { clock, tables, a, b } = await resting();
    expect(tables.ledger.holders).toHaveLength(1);
    await clock.advance(10_000);
    expect(tables.ledger.holders).toHaveLength(1);
    expect(a.describe().isLeased).toBe(false);
    expect((await outcome(clock, a.get('k'))).value).toBeUndefined();
    expect((await outcome(clock, a.delete('k'))).error).toMatchObject({ code: 'not-invalidated' });
    expect(tables.ledger.holders).toHaveLength(1);
    expect((await outcome(clock, b.get('k'))).value).toBe('v');
    expect((await outcome(clock, a.resume())).value).toBe(true);
    expect((await outcome(clock, a.get('k'))).value).toBe('v');
    expect(tables.ledger.holders).toHaveLength(2);
    await clock.advance(10_000);
    expect((await outcome(clock, a.get('k'))).value).toBe('v');
  });

  it('F-02: makes nobody wait who closes a shard', async () => {
    const { clock, servers, b } = await resting();
    for (const shard of [0, 1]) servers.cut('b', shard);
    const { ms } = await outcome(clock, b.delete('k'));
    expect(ms).toBeLessThan(CACHE_DEFAULTS.deliveryMs + CACHE_DEFAULTS.leases.renewMs + 200);
  });

  it('resumes after a rest that was not over, and is a holder then', async () => {
    const { clock, tables, a } = await resting();
    await outcome(clock, a.resume());
    tables.hopMs = 300;
    const rested = a.rest();
    await clock.advance(100);
    const resumed = a.resume();
    await outcome(clock, rested);
    expect((await outcome(clock, resumed)).value).toBe(true);
    expect(a.describe().isLeased).toBe(true);
    expect(tables.ledger.holders).toHaveLength(2);
  });

  it('never renews under a number that it had before: a sweep would forget a holder that is alive', async () => {
    const { clock, tables, a } = await resting();
    const sequences: number[] = [];
    for (let turn = 0; turn < 3; turn += 1) {
      await outcome(clock, a.resume());
      sequences.push(tables.ledger.holders.at(-1)!.sequence);
      await outcome(clock, a.rest());
    }
    expect(sequences).toEqual([...new Set(sequences)].toSorted((one, other) => one - other));
    expect(sequences[0]).toBeGreaterThan(1);
  });
});
