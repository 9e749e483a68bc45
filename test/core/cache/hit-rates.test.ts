import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HitRates, WARMTH_DEFAULTS, warmthOf } from '../../../core/cache/index.ts';

const OTHERS = { reads: 1000, hits: 900 };
const READS = fc
  .tuple(fc.integer({ min: 0, max: 10_000 }), fc.double({ min: 0, max: 1, noNaN: true }))
  .map(([reads, ratio]) => ({ reads, hits: Math.floor(reads * ratio) }));

describe('the share of a shard', () => {
  it('is the least without a hit, all of it with the hits of the others, and in between by its hit ratio', () => {
    const shareOf = (hits: number): number => warmthOf({ reads: 100, hits }, OTHERS, WARMTH_DEFAULTS).share;
    expect(shareOf(0)).toBe(0.5);
    expect(shareOf(36)).toBeCloseTo(0.75);
    expect(shareOf(72)).toBe(1);
    expect(shareOf(100)).toBe(1);
  });

  it('says the numbers that it was decided from', () => {
    expect(warmthOf({ reads: 100, hits: 0 }, OTHERS, WARMTH_DEFAULTS)).toEqual({
      share: 0.5,
      hitRatio: 0,
      hitRatioOfOthers: 0.9,
    });
  });

  it('is all of it for the only shard, with few reads, and where the others have no hits either', () => {
    expect(warmthOf({ reads: 100, hits: 0 }, { reads: 0, hits: 0 }, WARMTH_DEFAULTS).share).toBe(1);
    expect(warmthOf({ reads: 19, hits: 0 }, OTHERS, WARMTH_DEFAULTS).share).toBe(1);
    expect(warmthOf({ reads: 100, hits: 0 }, { reads: 100, hits: 0 }, WARMTH_DEFAULTS).share).toBe(1);
  });

  it('lies between the least and 1, and never falls by a hit more', () => {
    fc.assert(
      fc.property(READS, READS, fc.double({ min: 0.01, max: 1, noNaN: true }), (own, others, shareMin) => {
        const limits = { ...WARMTH_DEFAULTS, shareMin };
        const { share } = warmthOf(own, others, limits);
        expect(share).toBeGreaterThanOrEqual(shareMin);
        expect(share).toBeLessThanOrEqual(1);
        if (own.hits === own.reads) return;
        const warmer = warmthOf({ ...own, hits: own.hits + 1 }, others, limits);
        expect(warmer.share).toBeGreaterThanOrEqual(share);
      }),
    );
  });

  it('is 1 for one shard at least: nobody leaves the budget unused', () => {
    fc.assert(
      fc.property(fc.array(READS, { minLength: 1, maxLength: 16 }), (shards) => {
        const rates = ratesOf(shards);
        const shares = shards.map((_, shard) => rates.warmth(shard).share);
        expect(Math.max(...shares)).toBe(1);
      }),
      { numRuns: 50 },
    );
  });
});

describe('hits and misses of late', () => {
  it('forget what is long ago', () => {
    const rates = ratesOf([
      { reads: 1000, hits: 1000 },
      { reads: 1000, hits: 1000 },
    ]);
    for (let now = 30_000; now < 31_000; now += 10) {
      rates.note(0, false, now);
      rates.note(1, true, now);
    }
    expect(rates.warmth(0).hitRatio).toBeLessThan(0.05);
    expect(rates.warmth(0).share).toBeLessThan(0.55);
    expect(rates.warmth(1).share).toBe(1);
  });

  it('of a shard that was emptied say nothing, and it earns its share anew', () => {
    const rates = ratesOf([
      { reads: 1000, hits: 900 },
      { reads: 1000, hits: 900 },
    ]);
    rates.emptied(0);
    expect(rates.warmth(0).share).toBe(0.5);
    expect(rates.warmth(1).share).toBe(1);
    const shares: number[] = [];
    for (let now = 0; now < 20_000; now += 10) {
      rates.note(0, now % 100 > 0, now);
      rates.note(1, now % 100 > 0, now);
      if (now % 1000 === 0) shares.push(rates.warmth(0).share);
    }
    expect(shares).toEqual(shares.toSorted((a, b) => a - b));
    expect(shares[0]).toBeLessThan(0.55);
    expect(shares.at(-1)).toBe(1);
  });

  it('of what is not read any more leave no rounding behind', () => {
    const rates = ratesOf([
      { reads: 100, hits: 33 },
      { reads: 0, hits: 0 },
    ]);
    for (let now = 0; now < 1_000_000; now += 1000) rates.note(0, now % 3000 === 0, now);
    expect(rates.warmth(0).hitRatioOfOthers).toBeNull();
  });
});

function ratesOf(shards: readonly { readonly reads: number; readonly hits: number }[]): HitRates {
  const rates = new HitRates(shards.length, WARMTH_DEFAULTS);
  for (const [shard, { reads, hits }] of shards.entries()) {
    for (let at = 0; at < reads; at += 1) rates.note(shard, at < hits, 0);
  }
  return rates;
}
