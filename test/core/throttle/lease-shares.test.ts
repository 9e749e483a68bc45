/** What one plan gives, with nothing in force yet: limits, floors, weights and classes over all instances. */

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  jainIndex,
  OTHERS_RATIO,
  planLeases,
  type Lease,
  type LeaseFacts,
  type LeaseHolder,
  type Quota,
} from '../../../core/throttle/index.ts';

const EQUAL: Quota = { weight: 1, floor: 0, priority: 0 };
const NOW = 1_000_000;
const SLACK = 1e-6;

interface World {
  readonly capacity: number;
  readonly reports: readonly Readonly<Record<string, number>>[];
  readonly quotas?: Readonly<Record<string, Partial<Quota>>>;
  readonly others?: Partial<Quota>;
  /** Demand of callers that are not named, by instance. */
  readonly unnamed?: readonly number[];
}

function factsOf({ capacity, reports, quotas = {}, others = {}, unnamed = [] }: World): LeaseFacts {
  const holders = reports.map((demand, at): LeaseHolder => {
    const held = { epoch: 1, until: NOW, total: 0 };
    return {
      instance: `i${at}`,
      at: NOW,
      answered: false,
      demand,
      others: unnamed[at] ?? 0,
      held,
      granted: [],
    };
  });
  return {
    now: NOW,
    epoch: 2,
    capacity,
    holders,
    quotaOf: (name) => ({
      ...EQUAL,
      ...(Object.hasOwn(quotas, name) ? quotas[name] : { ...others, floor: 0 }),
    }),
    others: { ...EQUAL, ...others },
    leaseMs: 30_000,
    goneAfterMs: 45_000,
    learningUntil: 0,
  };
}

const give = (world: World): Lease[] => planLeases(factsOf(world)).leases.values().toArray();
const rateOf = (leases: readonly Lease[], caller: string): number =>
  leases.reduce((sum, { callers }) => sum + (Object.hasOwn(callers, caller) ? callers[caller]! : 0), 0);
const othersOf = (leases: readonly Lease[]): number => leases.reduce((sum, { others }) => sum + others, 0);
const demandOf = ({ reports }: World, caller: string): number =>
  reports.reduce((sum, report) => sum + (Object.hasOwn(report, caller) ? report[caller]! : 0), 0);

describe('one plan', () => {
  it('gives no caller more than its limit over all instances, not even of what nobody wants', () => {
    const leases = give({
      capacity: 1000,
      reports: [{ a: 500, b: 1 }, { a: 500 }, { a: 500 }],
      quotas: { a: { limit: 30 } },
    });
    expect(rateOf(leases, 'a')).toBeCloseTo(30, 9);
    expect(rateOf(leases, 'b')).toBeGreaterThan(400);
  });

  it('leaves capacity unused when everybody is limited', () => {
    const leases = give({ capacity: 1000, reports: [{ a: 500, b: 500 }], others: { limit: 10 } });
    expect([rateOf(leases, 'a'), rateOf(leases, 'b')]).toEqual([10, 10]);
    expect(othersOf(leases)).toBeCloseTo(1000 * OTHERS_RATIO, 9);
  });

  it('gives callers that nobody has named what nobody else wants, up to the limit of one of them', () => {
    expect(othersOf(give({ capacity: 1000, reports: [{}, {}] }))).toBeCloseTo(1000, 9);
    const limited = give({ capacity: 1000, reports: [{}, {}], others: { limit: 200 } });
    expect(othersOf(limited)).toBeCloseTo(200, 9);
  });

  it('gives many callers that are not named what they want together, before what nobody wants', () => {
    const leases = give({
      capacity: 1000,
      reports: [{ a: 1000 }, { a: 1000 }],
      unnamed: [300, 0],
      others: { limit: 5 },
      quotas: { a: { limit: 1000 } },
    });
    expect(othersOf(leases)).toBeCloseTo(300, 9);
    expect(leases[0]!.others).toBeGreaterThan(leases[1]!.others);
    expect(leases[1]!.others).toBeGreaterThan(0);
  });

  it('SEC-17: a forger of names gets no more for them together than one caller, beyond what is kept for all', () => {
    const leases = give({ capacity: 1000, reports: [{ a: 5000, b: 5000 }], unnamed: [1_000_000] });
    expect(othersOf(leases)).toBeCloseTo(1000 / 3, 6);
  });

  it('keeps floors that are all of the capacity, before what is kept for callers that may come', () => {
    const quotas = { a: { floor: 60 }, b: { floor: 40 } };
    const leases = give({ capacity: 100, reports: [{ a: 500 }, { b: 500, c: 500 }], quotas });
    expect(rateOf(leases, 'a')).toBeCloseTo(60, 9);
    expect(rateOf(leases, 'b')).toBeCloseTo(40, 9);
    const idle = give({ capacity: 100, reports: [{ a: 10 }, { c: 500 }], quotas });
    expect(rateOf(idle, 'a')).toBeCloseTo(10, 9);
    expect(rateOf(idle, 'c')).toBeCloseTo(85, 9);
  });

  it('serves the more important class first', () => {
    const quotas = { batch: { priority: 3, floor: 5 } };
    const leases = give({ capacity: 100, reports: [{ shop: 90, batch: 90 }], quotas });
    expect(rateOf(leases, 'shop')).toBeCloseTo(90, 9);
    expect(rateOf(leases, 'batch')).toBeCloseTo(5, 9);
  });

  it('says what is wanted, each caller up to its limit', () => {
    const world = { capacity: 10, reports: [{ a: 500, b: 3 }], unnamed: [2], quotas: { a: { limit: 7 } } };
    expect(planLeases(factsOf(world)).wanted).toBe(12);
  });

  it('is not confused by names of the prototype', () => {
    const odd = Object.fromEntries([
      ['__proto__', 100],
      ['constructor', 100],
      ['toString', 100],
    ]);
    const leases = give({ capacity: 400, reports: [odd, { a: 100 }] });
    for (const name of [...Object.keys(odd), 'a']) expect(rateOf(leases, name)).toBeCloseTo(95, 6);
    expect(Object.keys(leases[0]!.callers).toSorted()).toEqual(['__proto__', 'constructor', 'toString']);
  });
});

describe('while little is free', () => {
  it('the most that may be in force counts a lease that shrinks in full, and one that grows as it will be', () => {
    const facts = factsOf({ capacity: 1000, reports: [{ a: 100 }, { a: 5000 }, {}] });
    const totals = [600, 200, 100];
    const holders = facts.holders.map((one, at) => ({
      ...one,
      answered: at === 2,
      held: { epoch: 1, until: NOW + 1, total: totals[at]! },
    }));
    const { leases, inForceMax } = planLeases({ ...facts, holders });
    expect(leases.get('i0')!.total).toBeLessThan(600);
    expect(leases.get('i1')!.total).toBeCloseTo(300, 6);
    expect(leases.has('i2')).toBe(false);
    expect(inForceMax).toBeCloseTo(1000, 6);
  });

  it('floors and important classes come first in the lease of each instance', () => {
    const facts = factsOf({
      capacity: 1000,
      reports: [{ gold: 100, bulk: 900, held: 50 }],
      quotas: { gold: { priority: 0 }, bulk: { priority: 2 }, held: { priority: 3, floor: 50 } },
    });
    // Nothing may grow: there is only what it holds.
    const holders = facts.holders.map((one) => ({ ...one, held: { epoch: 1, until: NOW + 1, total: 180 } }));
    const lease = planLeases({ ...facts, holders, learningUntil: NOW + 1 }).leases.get('i0')!;
    expect(lease.total).toBeCloseTo(180, 9);
    expect(lease.callers['held']).toBeCloseTo(50, 6);
    expect(lease.others).toBeCloseTo(50, 6);
    expect(lease.callers['gold']).toBeCloseTo(80, 6);
    expect(lease.callers['bulk']).toBeCloseTo(0, 6);
  });
});

const callerName = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'constructor');
const quota = fc
  .record({
    weight: fc.integer({ min: 1, max: 10 }),
    floor: fc.integer({ min: 0, max: 20 }),
    room: fc.option(fc.integer({ min: 0, max: 300 })),
    priority: fc.integer({ min: 0, max: 3 }),
  })
  .map(({ room, ...terms }): Quota => ({
    ...terms,
    ...(room === null ? {} : { limit: terms.floor + room + 0.5 }),
  }));
const worlds = fc
  .record({
    capacity: fc.integer({ min: 1, max: 1000 }),
    reports: fc.array(fc.dictionary(callerName, fc.integer({ min: 0, max: 500 })), {
      minLength: 1,
      maxLength: 6,
    }),
    quotas: fc.dictionary(callerName, quota, { maxKeys: 7 }),
    others: quota,
    unnamed: fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 6 }),
  })
  .filter(({ capacity, quotas }) => {
    const floors = Object.values(quotas).reduce((sum, { floor }) => sum + floor, 0);
    return floors <= capacity;
  });

describe('whatever is reported', () => {
  it('I-24: the sum is within the capacity, no caller is above its limit, and every floor that is wanted is kept', () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const facts = factsOf(world);
        const plan = planLeases(facts);
        const leases = plan.leases.values().toArray();
        expect(leases).toHaveLength(world.reports.length);
        const total = leases.reduce((sum, lease) => sum + lease.total, 0);
        expect(total).toBeLessThanOrEqual(world.capacity + SLACK);
        expect(plan.inForceMax).toBeLessThanOrEqual(world.capacity + SLACK);
        for (const { callers, others, total: own } of leases) {
          expect([...Object.values(callers), others].every((perS) => perS >= 0)).toBe(true);
          expect(Object.values(callers).reduce((sum, perS) => sum + perS, others)).toBeCloseTo(own, 9);
        }
        for (const name of new Set(world.reports.flatMap((report) => Object.keys(report)))) {
          const { floor, limit = Infinity } = facts.quotaOf(name);
          const wanted = demandOf(world, name);
          expect(rateOf(leases, name)).toBeLessThanOrEqual(limit + SLACK);
          expect(rateOf(leases, name)).toBeGreaterThanOrEqual(Math.min(floor, wanted) - SLACK);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('the whole capacity is given while anybody without a limit wants more', () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const reports = world.reports.map((report, at) =>
          at === 0 ? { ...report, greedy: 10_000 } : report,
        );
        const leases = give({ ...world, reports, others: EQUAL });
        expect(leases.reduce((sum, { total }) => sum + total, 0)).toBeCloseTo(world.capacity, 6);
      }),
    );
  });

  it('what is kept for callers that may come is a twentieth, or what the floors leave of it', () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const facts = factsOf(world);
        const names = new Set(world.reports.flatMap((report) => Object.keys(report)));
        const promised = [...names].reduce((sum, name) => {
          const { floor, limit = Infinity } = facts.quotaOf(name);
          return sum + Math.min(floor, limit, demandOf(world, name));
        }, 0);
        const kept = Math.min(world.capacity * OTHERS_RATIO, world.capacity - promised);
        const leases = planLeases(facts).leases.values().toArray();
        expect(othersOf(leases)).toBeGreaterThanOrEqual(kept - SLACK);
      }),
    );
  });

  it("callers of equal weight that want their share get the same: Jain's index is at least 0.99", () => {
    const flocks = fc.record({
      capacity: fc.integer({ min: 1, max: 100_000 }),
      instances: fc.integer({ min: 1, max: 8 }),
      greed: fc.array(fc.integer({ min: 100, max: 10_000 }), { minLength: 2, maxLength: 120 }),
      seed: fc.nat(),
    });
    fc.assert(
      fc.property(flocks, ({ capacity, instances, greed, seed }) => {
        // Each wants its share once to a hundred times over, on one instance or on several.
        const reports = Array.from({ length: instances }, (): Record<string, number> => ({}));
        for (const [n, percent] of greed.entries()) {
          const demand = (capacity / greed.length) * (percent / 100);
          const parts = 1 + ((seed + n) % instances);
          for (let part = 0; part < parts; part += 1)
            reports[(n + part) % instances]![`c${n}`] = demand / parts;
        }
        const leases = give({ capacity, reports });
        const rates = greed.map((_, n) => rateOf(leases, `c${n}`));
        expect(jainIndex(rates)).toBeGreaterThanOrEqual(0.99);
      }),
      { numRuns: 300 },
    );
  });

  it('the order in which reports are read changes nothing', () => {
    fc.assert(
      fc.property(worlds, fc.nat(5), (world, turn) => {
        const facts = factsOf(world);
        const holders = [...facts.holders.slice(turn), ...facts.holders.slice(0, turn)];
        const turned = planLeases({ ...facts, holders }).leases;
        for (const [name, { total }] of planLeases(facts).leases) {
          expect(turned.get(name)!.total).toBeCloseTo(total, 6);
        }
      }),
    );
  });
});
