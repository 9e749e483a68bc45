import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  begun,
  type BudgetUse,
  ended,
  loadRate,
  mayBegin,
  RETRY_MS_MAX,
  RETRY_MS_MIN,
  retryAfterMs,
  roomToWait,
  takenBack,
  UNUSED,
} from '../../../core/cache/index.ts';

const SECOND_NS = 1e9;
const BOUNDS = { concurrency: 10, rate: loadRate(1000) };

describe('a load may begin', () => {
  it('while places, the rate and its share last, and hears in numbers why not', () => {
    const eight = times(8, (use) => begun(use, BOUNDS, 1, 0), UNUSED);
    expect(mayBegin(eight, BOUNDS, 1, 0)).toEqual({ begins: true });
    const ten = times(2, (use) => begun(use, BOUNDS, 1, 0), eight);
    expect(mayBegin(ten, BOUNDS, 1, 0)).toEqual({
      begins: false,
      why: 'concurrency',
      inFlight: 10,
      most: 10,
    });
    const slow = { concurrency: 10, rate: loadRate(2) };
    const one = times(1, (use) => begun(use, slow, 1, 0), UNUSED);
    expect(mayBegin(one, slow, 1, 0)).toEqual({ begins: false, why: 'rate', waitNs: SECOND_NS / 2 });
    const cold = times(4, (use) => begun(use, BOUNDS, 0.4, 0), UNUSED);
    expect(mayBegin(cold, BOUNDS, 0.4, 0)).toEqual({
      begins: false,
      why: 'share',
      share: 0.4,
      inFlight: 4,
      most: 4,
    });
    expect(mayBegin(cold, BOUNDS, 1, 0)).toEqual({ begins: true });
  });

  it('whatever its share, when nothing is at work', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.001, max: 1, noNaN: true }), fc.nat({ max: 99 }), (share, more) => {
        const bounds = { ...BOUNDS, concurrency: 1 + more };
        expect(mayBegin(UNUSED, bounds, share, 0).begins).toBe(true);
      }),
    );
  });

  it('again when it was given back, at once', () => {
    const slow = { concurrency: 10, rate: loadRate(1) };
    const one = begun(UNUSED, slow, 0.5, SECOND_NS);
    expect(mayBegin(one, slow, 0.5, SECOND_NS).begins).toBe(false);
    expect(mayBegin(takenBack(one, slow, 0.5), slow, 0.5, SECOND_NS).begins).toBe(true);
  });
});

/** What comes: a load of a share after some time, and how long it is at work. */
const LOADS = fc.array(
  fc.record({
    afterNs: fc.integer({ min: 0, max: 20_000_000 }),
    share: fc.constantFrom(0.1, 0.25, 0.5, 0.75, 1),
    workNs: fc.integer({ min: 0, max: 300_000_000 }),
  }),
  { minLength: 1, maxLength: 300 },
);

interface Began {
  readonly at: number;
  readonly until: number;
  readonly share: number;
}

/** Everything that the budget lets begin, and what was at work each time. */
function spend(
  loads: readonly { afterNs: number; share: number; workNs: number }[],
  bounds: typeof BOUNDS,
): Began[] {
  let use: BudgetUse = UNUSED;
  let now = 0;
  let working: Began[] = [];
  const all: Began[] = [];
  for (const { afterNs, share, workNs } of loads) {
    now += afterNs;
    for (const { share: over } of working.filter(({ until }) => until <= now)) use = ended(use, over);
    working = working.filter(({ until }) => until > now);
    expect(use.inFlight).toBe(working.length);
    if (!mayBegin(use, bounds, share, now).begins) continue;
    use = begun(use, bounds, share, now);
    const began = { at: now, until: now + workNs, share };
    working.push(began);
    all.push(began);
  }
  return all;
}

describe('the read budget, whatever comes,', () => {
  it('I-21: lets no more loads begin in any second than it says', () => {
    fc.assert(
      fc.property(LOADS, fc.integer({ min: 1, max: 120 }), (loads, loadsPerSecond) => {
        const all = spend(loads, { concurrency: 1000, rate: loadRate(loadsPerSecond) });
        for (const { at } of all) {
          const within = all.filter((other) => other.at >= at && other.at < at + SECOND_NS);
          expect(within.length).toBeLessThanOrEqual(loadsPerSecond);
        }
      }),
    );
  });

  it('gives shares below a part of it no more than that part of its places', () => {
    fc.assert(
      fc.property(LOADS, fc.integer({ min: 1, max: 40 }), (loads, concurrency) => {
        const all = spend(loads, { concurrency, rate: loadRate(100_000) });
        for (const { at } of all) {
          const working = all.filter((other) => other.at <= at && other.until > at);
          expect(working.length).toBeLessThanOrEqual(concurrency);
          for (const share of [0.1, 0.25, 0.5, 0.75]) {
            const most = Math.max(1, Math.floor(concurrency * share));
            expect(working.filter((other) => other.share <= share).length).toBeLessThanOrEqual(most);
          }
        }
      }),
    );
  });

  it('counts a small share among the larger ones, whichever began first', () => {
    const bounds = { ...BOUNDS, concurrency: 2 };
    const larger = begun(UNUSED, bounds, 0.5, 0);
    expect(mayBegin(larger, bounds, 0.1, 0).begins).toBe(false);
  });

  it('gives a share no more than its part of the rate', () => {
    fc.assert(
      fc.property(LOADS, fc.constantFrom(0.1, 0.25, 0.5), (loads, share) => {
        const cold = loads.map((load) => ({ ...load, share }));
        const all = spend(cold, { concurrency: 1000, rate: loadRate(100) });
        for (const { at } of all) {
          const within = all.filter((other) => other.at >= at && other.at < at + SECOND_NS);
          expect(within.length).toBeLessThanOrEqual(Math.ceil(90 * share) + 10);
        }
      }),
    );
  });
});

describe('who finds no place', () => {
  it('waits only where it can begin in time', () => {
    const limits = { waitersMax: 1000, waitMs: 500 };
    const throughput = { concurrency: 10, latencyMs: 50, loadsPerSecond: 1000 };
    expect(roomToWait(throughput, limits)).toBe(100);
    expect(roomToWait({ ...throughput, loadsPerSecond: 20 }, limits)).toBe(10);
    expect(roomToWait({ ...throughput, latencyMs: 0 }, limits)).toBe(500);
    expect(roomToWait({ ...throughput, latencyMs: 100_000 }, limits)).toBe(1);
    expect(roomToWait(throughput, { waitersMax: 7, waitMs: 500 })).toBe(7);
    expect(roomToWait(throughput, { waitersMax: 0, waitMs: 500 })).toBe(0);
  });

  it('F-27: is told to come again when the others are through, and not all at once', () => {
    const throughput = { concurrency: 10, latencyMs: 100, loadsPerSecond: 1000 };
    expect(retryAfterMs(throughput, 200, 0)).toBe(2000);
    expect(retryAfterMs(throughput, 200, 0.5)).toBe(3000);
    expect(retryAfterMs(throughput, 0, 0)).toBe(RETRY_MS_MIN);
    expect(retryAfterMs(throughput, 1e9, 0.999)).toBeLessThanOrEqual(RETRY_MS_MAX);
  });
});

function times(count: number, step: (use: BudgetUse) => BudgetUse, from: BudgetUse): BudgetUse {
  return Array.from({ length: count }).reduce<BudgetUse>((use) => step(use), from);
}
