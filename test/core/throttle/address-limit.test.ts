import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addressLimit,
  admitNs,
  gcraOf,
  LIMIT_MIN,
  mostOfOneCaller,
  NEVER_SEEN,
  waitNs,
  WINDOWS_S,
} from '../../../core/throttle/index.ts';
import { QUOTAS, quotasOf } from '../../lib/tiers/edge/rules.ts';

describe('the limit', () => {
  it('is that of the caller that may send most, the capacity where one has no limit', () => {
    expect(mostOfOneCaller(QUOTAS)).toBe(40);
    expect(
      mostOfOneCaller(quotasOf({ capacityPerS: 100, callers: { big: {} }, others: { limitPerS: 5 } })),
    ).toBe(100);
    expect(mostOfOneCaller(quotasOf({ capacityPerS: 100, others: { limitPerS: 5 } }))).toBe(5);
  });

  it('never stops a caller that the exact guard in the process admits (I-24)', () => {
    const inputs = fc.record({
      perSecond: fc.double({ min: 0.2, max: 5, noNaN: true }),
      burstS: fc.double({ min: 0.1, max: 20, noNaN: true }),
      windowS: fc.constantFrom(60, 120),
      gapsMs: fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 300, maxLength: 600 }),
    });
    fc.assert(
      fc.property(inputs, ({ perSecond, burstS, windowS, gapsMs }) => {
        const burst = Math.max(1, Math.ceil(perSecond * burstS));
        const gcra = gcraOf({ perSecond, burst });
        const admitted: number[] = [];
        let state = NEVER_SEEN;
        let nowMs = 1000;
        for (const gap of gapsMs) {
          nowMs += gap;
          if (waitNs(state, nowMs * 1e6, gcra, 1) > 0) continue;
          state = admitNs(state, nowMs * 1e6, gcra, 1);
          admitted.push(nowMs);
        }
        const quotas = quotasOf({ capacityPerS: 1e4, burstS });
        const limit = addressLimit({ quotas, perSecond, callersPerAddress: 1, windowS });
        expect(most(admitted, windowS * 1000)).toBeLessThanOrEqual(limit);
      }),
      { numRuns: 20 },
    );
  });

  it('is legal for WAF at every window', () => {
    for (const windowS of WINDOWS_S) {
      const limit = addressLimit({ quotas: QUOTAS, perSecond: 20, callersPerAddress: 1, windowS });
      expect(limit).toBe(20 * (windowS + 1));
      expect(limit).toBeGreaterThanOrEqual(LIMIT_MIN);
    }
  });
});

/** The most entries of an ascending list within any window that long. */
function most(times: readonly number[], windowMs: number): number {
  let first = 0;
  return times.reduce((found, time, index) => {
    while (time - times[first]! >= windowMs) first += 1;
    return Math.max(found, index - first + 1);
  }, 0);
}
