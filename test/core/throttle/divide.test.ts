import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { divide, divisionFaults, jainIndex, type Claim } from '../../../core/throttle/index.ts';

const claim = (name: string, change: Partial<Claim> = {}): Claim => ({
  name,
  demand: 100,
  weight: 1,
  floor: 0,
  priority: 0,
  ...change,
});
const give = (capacity: number, ...claims: readonly Claim[]): Record<string, number> =>
  Object.fromEntries(divide(capacity, claims));

const worlds = fc
  .record({
    capacity: fc.integer({ min: 1, max: 1000 }),
    claims: fc.array(
      fc.record({
        demand: fc.integer({ min: 0, max: 500 }),
        weight: fc.integer({ min: 1, max: 10 }),
        floor: fc.integer({ min: 0, max: 20 }),
        priority: fc.integer({ min: 0, max: 3 }),
      }),
      { minLength: 1, maxLength: 12 },
    ),
  })
  .map(({ capacity, claims }) => ({
    capacity,
    claims: claims.map((one, at): Claim => ({ ...one, name: `c${at}` })),
  }))
  .filter(({ capacity, claims }) => divisionFaults(capacity, claims).length === 0);

describe('a division', () => {
  it('gives everybody the same who wants too much', () => {
    expect(give(90, claim('a'), claim('b'), claim('c'))).toEqual({ a: 30, b: 30, c: 30 });
  });

  it('I-24: gives one who wants 100 times as much no more than the rest leave', () => {
    const good = Array.from({ length: 99 }, (_, n) => claim(`good-${n}`, { demand: 1 }));
    const shares = give(100, claim('flood', { demand: 10_000 }), ...good);
    for (const { name } of good) expect(shares[name]).toBeCloseTo(1, 9);
    expect(shares['flood']).toBeCloseTo(1, 9);
  });

  it('goes by weight', () => {
    expect(give(90, claim('a', { weight: 2 }), claim('b'))).toEqual({ a: 60, b: 30 });
  });

  it('serves the more important class first, but keeps the floors of the others', () => {
    const shares = give(100, claim('a', { demand: 90 }), claim('b', { priority: 1, floor: 20 }));
    expect(shares).toEqual({ a: 80, b: 20 });
  });

  it('keeps no floor for one who does not want it', () => {
    expect(give(100, claim('a'), claim('b', { demand: 0, floor: 50, weight: 1 }))).toEqual({ a: 100, b: 0 });
  });

  it('spreads what nobody wants by weight, so that growing demand meets no wall', () => {
    expect(give(100, claim('a', { demand: 10 }), claim('b', { demand: 30, weight: 2 }))).toEqual({
      a: 30,
      b: 70,
    });
  });
});

describe('whatever is claimed', () => {
  it('I-24: the sum is the capacity, and every floor that is wanted is kept', () => {
    fc.assert(
      fc.property(worlds, ({ capacity, claims }) => {
        const shares = divide(capacity, claims);
        const total = [...shares.values()].reduce((a, b) => a + b, 0);
        expect(total).toBeCloseTo(capacity, 6);
        for (const { name, floor, demand } of claims) {
          expect(shares.get(name)!).toBeGreaterThanOrEqual(Math.min(floor, demand) - 1e-9);
        }
      }),
    );
  });

  it('nobody gets less than it wants while one of its class gets more for its weight than its floor', () => {
    fc.assert(
      fc.property(worlds, ({ capacity, claims }) => {
        const shares = divide(capacity, claims);
        for (const poor of claims.filter(({ name, demand }) => shares.get(name)! < demand - 1e-6)) {
          for (const rich of claims.filter(({ priority }) => priority === poor.priority)) {
            const above = shares.get(rich.name)! > Math.min(rich.floor, rich.demand) + 1e-6;
            if (!above) continue;
            const poorLevel = shares.get(poor.name)! / poor.weight;
            expect(shares.get(rich.name)! / rich.weight).toBeLessThanOrEqual(poorLevel + 1e-6);
          }
        }
      }),
    );
  });

  it('nobody of a lower class gets more than its floor while a higher class wants more', () => {
    fc.assert(
      fc.property(worlds, ({ capacity, claims }) => {
        const shares = divide(capacity, claims);
        for (const poor of claims.filter(({ name, demand }) => shares.get(name)! < demand - 1e-6)) {
          for (const { name, floor, demand } of claims.filter(({ priority }) => priority > poor.priority)) {
            expect(shares.get(name)!).toBeLessThanOrEqual(Math.min(floor, demand) + 1e-6);
          }
        }
      }),
    );
  });

  it("equal claims get equal shares: Jain's index is 1", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 1000 }), (count, capacity) => {
        const claims = Array.from({ length: count }, (_, n) => claim(`c${n}`, { demand: 2000 }));
        expect(jainIndex([...divide(capacity, claims).values()])).toBeGreaterThanOrEqual(0.999);
      }),
    );
  });
});

it('refuses what cannot be divided, each with its field', () => {
  const faults = divisionFaults(10, [claim('a', { floor: 8 }), claim('b', { floor: 4, weight: 0 })]);
  expect(faults.map(({ field }) => field)).toEqual(['b.weight', 'floors']);
  expect(faults[1]!.rule).toBe('the floors add up to 12, above the capacity of 10');
  expect(divisionFaults(0, []).map(({ field }) => field)).toEqual(['capacity']);
  expect(divisionFaults(-5, [claim('a', { floor: -1 })]).map(({ field }) => field)).toEqual([
    'capacity',
    'a.floor',
    'floors',
  ]);
});

it("Jain's index tells one who has everything from equals", () => {
  expect(jainIndex([5, 5, 5, 5])).toBe(1);
  expect(jainIndex([8, 0, 0, 0])).toBe(0.25);
  expect(jainIndex([])).toBeNull();
});
