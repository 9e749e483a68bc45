import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CallerTable, type RateLimit } from '../../../core/throttle/index.ts';

const FIVE: RateLimit = { perSecond: 5, burst: 0 };
const tableOf = (callersMax?: number, limit = FIVE): CallerTable =>
  new CallerTable({
    limitOf: () => limit,
    shared: FIVE,
    ...(callersMax === undefined ? {} : { callersMax }),
  });

describe('callers', () => {
  it('I-24: one that floods takes nothing from the others', () => {
    const table = tableOf();
    const refused = { good: 0, flood: 0 };
    for (let ms = 0; ms < 10_000; ms += 1) {
      for (let n = 0; n < 5; n += 1) if (table.take('flood', ms) > 0) refused.flood += 1;
      if (ms % 200 === 0) {
        for (let n = 0; n < 99; n += 1) if (table.take(`good-${n}`, ms) > 0) refused.good += 1;
      }
    }
    expect(refused.good).toBe(0);
    expect(refused.flood).toBe(50_000 - 50);
  });

  it('have their own limits, and new ones after a change, with what they used still counted', () => {
    const limits: Record<string, RateLimit> = {
      small: { perSecond: 1, burst: 0 },
      big: { perSecond: 1, burst: 9 },
    };
    const table = new CallerTable({ limitOf: (caller) => limits[caller]!, shared: FIVE });
    const admitted = (caller: string, ms: number): number => {
      let count = 0;
      while (table.take(caller, ms) === 0) count += 1;
      return count;
    };
    expect([admitted('small', 0), admitted('big', 0)]).toEqual([1, 10]);
    limits['small'] = { perSecond: 1000, burst: 99 };
    table.refresh(0);
    expect(table.remaining('small', 0)).toBe(99);
    expect(admitted('small', 100)).toBe(100);
  });

  it('are not held to the wait of a limit that is no more', () => {
    const limit = { perSecond: 0.001, burst: 0 };
    const table = new CallerTable({ limitOf: () => limit, shared: limit });
    expect([table.take('a', 0), table.take('a', 0)]).toEqual([0, 1_000_000]);
    limit.perSecond = 10;
    table.refresh(0);
    expect([table.take('a', 50), table.take('a', 100)]).toEqual([50, 0]);
  });

  it('have used no more of a lower limit than it lets through at once', () => {
    const limit = { perSecond: 1000, burst: 999 };
    const table = new CallerTable({ limitOf: () => limit, shared: limit });
    expect(table.take('a', 0, 1000)).toBe(0);
    Object.assign(limit, { perSecond: 1, burst: 1 });
    table.refresh(0);
    expect([table.take('a', 999), table.take('a', 1000), table.take('a', 1999)]).toEqual([1, 0, 1]);
  });

  it('are told when to come again', () => {
    const table = tableOf();
    expect(table.take('a', 1000)).toBe(0);
    expect(table.take('a', 1050)).toBe(150);
    expect(table.take('a', 1199.999)).toBeCloseTo(0.001, 6);
    expect(table.take('a', 1200)).toBe(0);
    expect(table.take('a', 1300, 2)).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('SEC-17: a forger of names', () => {
  it('neither escapes the limit nor grows the table, with 1,000,000 names', () => {
    const table = tableOf(1000);
    let admitted = 0;
    for (let n = 0; n < 1_000_000; n += 1) if (table.take(`forged-${n}`, n / 1000) === 0) admitted += 1;
    const { callers, withoutPlace } = table.describe();
    expect(callers).toBe(1000);
    expect(withoutPlace).toBeGreaterThan(900_000);
    // A place serves one name each 200 ms; a second brings 1,000,000 names.
    expect(admitted).toBeLessThanOrEqual(1000 * 5 + 5 + 1000);
  });

  it('does not push out a caller that is in use', () => {
    const table = tableOf(8);
    let admitted = 0;
    for (let ms = 0; ms < 1000; ms += 1) {
      if (table.take('good', ms) === 0) admitted += 1;
      for (let n = 0; n < 100; n += 1) table.take(`forged-${ms}-${n}`, ms);
    }
    expect(admitted).toBe(5);
  });

  it('gives nobody a fresh limit by being replaced and coming back', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 120 })), {
          minLength: 50,
          maxLength: 400,
        }),
        (requests) => {
          const table = tableOf(3);
          const times = new Map<number, number[]>();
          let ms = 0;
          for (const [caller, gap] of requests) {
            ms += gap;
            const before = table.describe().withoutPlace;
            const isAdmitted = table.take(`c${caller}`, ms) === 0;
            const hasPlace = table.describe().withoutPlace === before;
            if (isAdmitted && hasPlace) times.set(caller, [...(times.get(caller) ?? []), ms]);
          }
          for (const list of times.values()) {
            for (let at = 1; at < list.length; at += 1) {
              expect(list[at]! - list[at - 1]!).toBeGreaterThanOrEqual(200);
            }
          }
        },
      ),
    );
  });
});

describe('bad input', () => {
  it('names each field, its value, the rule and the fix', () => {
    const make = (): CallerTable =>
      new CallerTable({ limitOf: () => FIVE, shared: { perSecond: 0, burst: -1 }, callersMax: 0 });
    expect(make).toThrow(/shared\.perSecond = 0: must be above 0/);
    expect(make).toThrow(/shared\.burst = -1: must be a whole number/);
    expect(make).toThrow(/callersMax = 0: must be a whole number of callers above 0\. Fix:/);
    expect(() => tableOf(1, FIVE).take('a', 0)).not.toThrow();
  });

  it('a clock that steps back stands still: nobody gains a request and nobody is locked out', () => {
    const table = tableOf();
    expect(table.take('a', 10_000)).toBe(0);
    expect(table.take('a', 10_000 - 3_600_000)).toBe(200);
    expect(table.take('b', 0)).toBe(0);
    expect(table.take('a', 10_200)).toBe(0);
  });
});
