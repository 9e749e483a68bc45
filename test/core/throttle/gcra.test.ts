import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { admitNs, gcraOf, NEVER_SEEN, remaining, waitNs } from '../../../core/throttle/index.ts';

const S = 1e9;
const rate = fc.record({
  perSecond: fc.oneof(fc.integer({ min: 1, max: 50 }), fc.double({ min: 0.1, max: 50, noNaN: true })),
  burst: fc.integer({ min: 0, max: 20 }),
});

/** Sends requests at these times and returns the times at which one was admitted, once for each unit of cost. */
function admitted(
  limit: { perSecond: number; burst: number },
  requests: readonly { readonly at: number; readonly cost: number }[],
): number[] {
  const gcra = gcraOf(limit);
  let tat = NEVER_SEEN;
  return requests.flatMap(({ at, cost }) => {
    if (waitNs(tat, at, gcra, cost) > 0) return [];
    tat = admitNs(tat, at, gcra, cost);
    return Array.from({ length: cost }, () => at);
  });
}

/** The most that fall into any half-open window of this length. */
function mostIn(windowNs: number, times: readonly number[]): number {
  let most = 0;
  for (let from = 0, to = 0; to < times.length; to += 1) {
    while (times[to]! - times[from]! >= windowNs) from += 1;
    most = Math.max(most, to - from + 1);
  }
  return most;
}

describe('the rate of a caller', () => {
  it('in any window no more than limit x window + burst, whatever comes when', () => {
    const requests = fc.array(
      fc.record({ gap: fc.integer({ min: 0, max: 3e8 }), cost: fc.integer({ min: 1, max: 3 }) }),
      { maxLength: 300 },
    );
    fc.assert(
      fc.property(rate, requests, fc.integer({ min: 1, max: 5 * S }), (limit, gaps, windowNs) => {
        let at = 0;
        const sent = gaps.map(({ gap, cost }) => ({ at: (at += gap), cost }));
        const most = mostIn(windowNs, admitted(limit, sent));
        expect(most).toBeLessThanOrEqual(Math.ceil((limit.perSecond * windowNs) / S) + limit.burst);
      }),
      { numRuns: 500 },
    );
  });

  it('5 a second and no burst: 5 in any second of a flood, where a window or a full bucket admits 9', () => {
    const flood = Array.from({ length: 20_000 }, (_, n) => ({ at: n * 250_000, cost: 1 }));
    const times = admitted({ perSecond: 5, burst: 0 }, flood);
    expect(mostIn(S, times)).toBe(5);
    expect(times).toHaveLength(25);
  });

  it('admits everything of a caller that keeps to its rate', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 0, max: 5 }), (perSecond, burst) => {
        const { intervalNs } = gcraOf({ perSecond, burst });
        const sent = Array.from({ length: 50 }, (_, n) => ({ at: n * intervalNs, cost: 1 }));
        expect(admitted({ perSecond, burst }, sent)).toHaveLength(50);
      }),
    );
  });

  it('says exactly how long to wait: not admitted just before, admitted then', () => {
    fc.assert(
      fc.property(rate, fc.integer({ min: 1, max: 40 }), fc.integer({ min: 0, max: S }), (limit, n, at) => {
        const gcra = gcraOf(limit);
        let tat = NEVER_SEEN;
        for (let sent = 0; sent < n; sent += 1) {
          if (waitNs(tat, at, gcra, 1) === 0) tat = admitNs(tat, at, gcra, 1);
        }
        const wait = waitNs(tat, at, gcra, 1);
        if (wait === 0) return;
        expect(waitNs(tat, at + wait - 1, gcra, 1)).toBe(1);
        expect(waitNs(tat, at + wait, gcra, 1)).toBe(0);
      }),
    );
  });

  it('never lets through what costs more than the limit ever has at once', () => {
    const gcra = gcraOf({ perSecond: 10, burst: 4 });
    expect(waitNs(NEVER_SEEN, S, gcra, 5)).toBe(0);
    expect(waitNs(NEVER_SEEN, S, gcra, 6)).toBe(Number.POSITIVE_INFINITY);
  });

  it('tells what is left: as many are then admitted at once, and no more', () => {
    const gcra = gcraOf({ perSecond: 10, burst: 4 });
    let tat = NEVER_SEEN;
    for (const left of [5, 4, 3, 2, 1, 0]) {
      expect(remaining(tat, S, gcra)).toBe(left);
      expect(waitNs(tat, S, gcra, 1) === 0).toBe(left > 0);
      if (left > 0) tat = admitNs(tat, S, gcra, 1);
    }
  });
});
