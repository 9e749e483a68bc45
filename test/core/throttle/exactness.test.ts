import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { CallerTable } from '../../../core/throttle/index.ts';

const FIVE = { perSecond: 5, burst: 0 };

/** Gaps that hit what window and bucket limiters get wrong, in ms: just before, at and after an edge; and steps back. */
const gap = fc.oneof(
  fc.constantFrom(
    0,
    0.000_001,
    0.999,
    199.999_999,
    200,
    200.000_001,
    799,
    900,
    999.999_999,
    1000,
    1000.000_001,
  ),
  fc.constantFrom(-0.5, -200, -1000, -3_600_000),
  fc.double({ min: 0, max: 1200, noNaN: true }),
);
const burst = fc.record({ gap, requests: fc.integer({ min: 1, max: 12 }) });

it('limit 5 and burst 0: never 6 in a second, whatever comes when and however the clock steps', () => {
  let most = 0;
  fc.assert(
    fc.property(fc.array(burst, { minLength: 5, maxLength: 60 }), (bursts) => {
      const table = new CallerTable({ limitOf: () => FIVE, shared: FIVE });
      const admittedAt: number[] = [];
      let toldMs = 1_000_000;
      // What the table may take for the time: the latest that it was told.
      let latestMs = Number.NEGATIVE_INFINITY;
      for (const { gap: ms, requests } of bursts) {
        toldMs += ms;
        latestMs = Math.max(latestMs, toldMs);
        for (let n = 0; n < requests; n += 1) if (table.take('a', toldMs) === 0) admittedAt.push(latestMs);
      }
      for (const [at, time] of admittedAt.entries()) {
        const inSecond = admittedAt.slice(at).filter((other) => other - time < 999.999_99).length;
        expect(inSecond).toBeLessThanOrEqual(5);
        most = Math.max(most, inSecond);
      }
    }),
    { numRuns: 500, examples: [[Array.from({ length: 12 }, () => ({ gap: 200, requests: 3 }))]] },
  );
  // The schedules are worth something only if they do reach the limit.
  expect(most).toBe(5);
});
