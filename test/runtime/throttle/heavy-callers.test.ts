import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CALLER_LENGTH_MAX } from '../../../core/throttle/index.ts';
import { HeavyCallers } from '../../../runtime/throttle/heavy-callers.ts';

describe('the heaviest callers', () => {
  it('are exact while there is a place for each', () => {
    const heavy = new HeavyCallers(3);
    for (const caller of ['a', 'b', 'a', 'c', 'a', 'b']) heavy.add(caller);
    heavy.add('c', 5);
    expect(heavy.heaviest(2)).toEqual([
      { caller: 'c', count: 6 },
      { caller: 'a', count: 3 },
    ]);
    expect([heavy.total, heavy.size, heavy.countOf('b'), heavy.countOf('d')]).toEqual([11, 3, 2, 0]);
    heavy.clear();
    expect([heavy.total, heavy.size, heavy.heaviest(9)]).toEqual([0, 0, []]);
  });

  it('do not have names that no report may hold: those are counted all the same', () => {
    const heavy = new HeavyCallers(3);
    for (const caller of ['', 'x'.repeat(CALLER_LENGTH_MAX + 1), 'x'.repeat(CALLER_LENGTH_MAX)]) {
      heavy.add(caller);
    }
    expect([heavy.total, heavy.size]).toEqual([3, 1]);
  });

  const counted = fc.tuple(
    fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'),
    fc.oneof({ weight: 5, arbitrary: fc.constant(1) }, fc.integer({ min: 1, max: 20 })),
  );

  it('SEC-17: are too low by at most their share of everything, and never too high', () => {
    fc.assert(
      fc.property(
        fc.array(counted, { maxLength: 400 }),
        fc.integer({ min: 1, max: 6 }),
        (stream, placesMax) => {
          const heavy = new HeavyCallers(placesMax);
          const exact = new Map<string, number>();
          for (const [caller, count] of stream) {
            heavy.add(caller, count);
            exact.set(caller, (exact.get(caller) ?? 0) + count);
          }
          expect(heavy.size).toBeLessThanOrEqual(placesMax);
          for (const [caller, count] of exact) {
            expect(heavy.countOf(caller)).toBeLessThanOrEqual(count);
            expect(heavy.countOf(caller)).toBeGreaterThanOrEqual(count - heavy.total / (placesMax + 1));
          }
        },
      ),
    );
  });
});
