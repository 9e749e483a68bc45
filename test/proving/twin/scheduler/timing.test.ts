import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dueInvocation, nextInvocation, parseRate } from '../../../../proving/twin/scheduler/index.ts';

describe('a rate', () => {
  it.each([
    ['rate(1 minute)', 60_000],
    ['rate(5 minutes)', 300_000],
    ['rate(1 hour)', 3_600_000],
    ['rate(2 days)', 172_800_000],
  ])('%s', (expression, periodMs) => {
    expect(parseRate(expression)).toBe(periodMs);
  });

  it.each([
    ['cron(0 12 * * ? *)', /rate\(...\) only/],
    ['at(2026-11-22T11:00:00)', /rate\(...\) only/],
    ['rate(1 minutes)', /singular for 1/],
    ['rate(5 minute)', /singular for 1/],
    ['rate(0 minutes)', /at least 1/],
    ['rate(10 seconds)', /minutes, hours or days/],
    ['rate(1.5 hours)', /minutes, hours or days/],
  ])('%s is refused', (expression, message) => {
    expect(() => parseRate(expression)).toThrow(message);
  });
});

describe('a schedule', () => {
  const schedule = { periodMs: 60_000, startAt: 1_000, endAt: null };

  it('invokes at its start and then every period', () => {
    expect(nextInvocation(schedule, 0)).toBe(1_000);
    expect(nextInvocation(schedule, 1_000)).toBe(61_000);
    expect(nextInvocation(schedule, 60_999)).toBe(61_000);
    expect(dueInvocation(schedule, null, 999)).toBeNull();
    expect(dueInvocation(schedule, null, 1_000)).toBe(1_000);
    expect(dueInvocation(schedule, 1_000, 60_999)).toBeNull();
  });

  it('does not catch up what it missed, and ends at its end', () => {
    expect(dueInvocation(schedule, 1_000, 200_000)).toBe(181_000);
    const ending = { ...schedule, endAt: 100_000 };
    expect(nextInvocation(ending, 1_000)).toBe(61_000);
    expect(nextInvocation(ending, 61_000)).toBeNull();
    expect(dueInvocation(ending, 1_000, 900_000)).toBe(61_000);
    expect(dueInvocation(ending, 61_000, 900_000)).toBeNull();
  });

  it('waking at each next invocation meets every one of them once, in order', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5_000 }),
        fc.integer({ min: 0, max: 9_999 }),
        (periodMs, startAt) => {
          const each = { periodMs, startAt, endAt: startAt + 10 * periodMs };
          const met: number[] = [];
          let handled: number | null = null;
          for (let at = nextInvocation(each, startAt - 1); at !== null; at = nextInvocation(each, handled!)) {
            handled = dueInvocation(each, handled, at);
            met.push(handled!);
          }
          expect(met).toEqual(Array.from({ length: 11 }, (_, i) => startAt + i * periodMs));
        },
      ),
    );
  });
});
