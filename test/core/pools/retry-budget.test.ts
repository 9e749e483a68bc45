import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RETRY_DEFAULTS, RetryBudget } from '../../../core/pools/index.ts';

const { extraShare, savedMax, windowMs } = RETRY_DEFAULTS;

function takenOf(budget: RetryBudget, asked: number, now: number): number {
  return Array.from({ length: asked }, () => budget.take(1, now)).filter(Boolean).length;
}

describe('the retry budget', () => {
  it('gives a quiet client one extra attempt, and a busy one a tenth', () => {
    const budget = new RetryBudget(RETRY_DEFAULTS);
    budget.request(0);
    expect([budget.take(1, 0), budget.take(1, 0)]).toEqual([true, false]);
    for (let n = 0; n < 99; n += 1) budget.request(0);
    expect(takenOf(budget, 20, 0)).toBe(9);
    expect(budget.counts()).toEqual({ requests: 100, extra: 10, refused: 12 });
  });

  it('allows no fourth attempt', () => {
    const budget = new RetryBudget(RETRY_DEFAULTS);
    for (let n = 0; n < 100; n += 1) budget.request(0);
    expect([budget.take(2, 0), budget.take(3, 0)]).toEqual([true, false]);
  });

  it('does not spend in bad times what was saved in good ones', () => {
    const budget = new RetryBudget(RETRY_DEFAULTS);
    for (let n = 0; n < 10_000; n += 1) budget.request(n);
    const later = 2 * windowMs + 10_000;
    for (let n = 0; n < 20; n += 1) budget.request(later);
    expect(takenOf(budget, 100, later)).toBe(2);
  });

  it('does not spend a quiet client’s one attempt again in each window', () => {
    const budget = new RetryBudget(RETRY_DEFAULTS);
    const taken = Array.from({ length: 40 }, (_, n) => {
      budget.request(n * 2 * windowMs);
      return budget.take(1, n * 2 * windowMs);
    });
    // One to begin with, and one for each ten requests.
    expect(taken.filter(Boolean).length).toBeLessThanOrEqual(1 + 40 * extraShare);
    expect(taken.filter(Boolean).length).toBeGreaterThanOrEqual(4);
  });

  const event = fc.record({
    afterMs: fc.nat(2500),
    requests: fc.nat(40),
    tries: fc.nat(40),
    attempts: fc.integer({ min: 1, max: 4 }),
  });

  it('I-23: attempts are within 1.1 times the requests, whenever one is made and over a life, but for the first', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (events) => {
        const budget = new RetryBudget(RETRY_DEFAULTS);
        const requests: number[] = [];
        const extra: number[] = [];
        let now = 0;
        for (const { afterMs, requests: begun, tries, attempts } of events) {
          now += afterMs;
          for (let n = 0; n < begun; n += 1) {
            budget.request(now);
            requests.push(now);
          }
          for (let n = 0; n < tries; n += 1) if (budget.take(attempts, now)) extra.push(now);
          // A window begins with one of its tenths.
          const from = (Math.floor(now / (windowMs / 10)) - 9) * (windowMs / 10);
          const within = (times: readonly number[]): number => times.filter((at) => at >= from).length;
          if (extra.at(-1) === now) {
            expect(within(extra)).toBeLessThanOrEqual(Math.max(1, extraShare * within(requests)));
          }
          expect(extra.length).toBeLessThanOrEqual(1 + extraShare * requests.length + 1e-6);
        }
      }),
    );
  });

  it('saves no more than a burst', () => {
    const budget = new RetryBudget({ ...RETRY_DEFAULTS, windowMs: 1e9 });
    for (let n = 0; n < 10_000; n += 1) budget.request(n);
    expect(takenOf(budget, 1000, 10_000)).toBe(savedMax);
  });
});
