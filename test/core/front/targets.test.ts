import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planTargets } from '../../../core/front/index.ts';
import { factsOf, ZONES, type Seen, type Sight } from './support.ts';

const zone = fc.constantFrom(...ZONES);
const anySeen: fc.Arbitrary<Seen> = fc.record({
  az: zone,
  failing: fc.subarray(ZONES),
  says: fc.constantFrom('healthy', 'healthy', 'healthy', 'unhealthy', 'initial' as const),
  stands: fc.boolean().map((value) => value || true),
});
const anySight: fc.Arbitrary<Sight> = fc.record({
  blind: fc.subarray(ZONES),
  ages: fc.dictionary(zone, fc.integer({ min: 0, max: 20_000 })),
});
const world = fc.tuple(fc.array(anySeen, { maxLength: 12 }), anySight);

const left = ([seen, sight]: [Seen[], Sight]) => {
  const plan = planTargets(factsOf(seen, sight));
  return { plan, leaving: plan.actions.filter(({ kind }) => kind === 'deregister') };
};
const voting = ({ blind = [], ages = {} }: Sight) =>
  ZONES.filter((az) => !blind.includes(az) && (ages[az] ?? 500) <= 10_000);

describe('planTargets, whatever is seen', () => {
  it('I-06, F-06, I-08: who leaves is seen failing by two zones that are neither blind nor old', () => {
    fc.assert(
      fc.property(world, ([seen, sight]) => {
        for (const { memberId } of left([seen, sight]).leaving) {
          const index = Number(/\.(\d+):80$/.exec(memberId)![1]);
          const accusers = seen[index]!.failing.filter((az) => voting(sight).includes(az));
          expect(accusers.length).toBeGreaterThanOrEqual(2);
        }
      }),
    );
  });

  it('I-03, I-04: half of those in service stay fit, and one always does', () => {
    fc.assert(
      fc.property(world, ([seen, sight]) => {
        const { plan, leaving } = left([seen, sight]);
        if (leaving.length === 0) return;
        expect(plan.failOpen).toBe(false);
        expect(plan.fit / plan.counted).toBeGreaterThanOrEqual(0.5);
        expect(plan.fit).toBeGreaterThan(0);
      }),
    );
  });

  it('I-05: at most max(1, a quarter) leaves, of all and of each zone', () => {
    fc.assert(
      fc.property(world, ([seen, sight]) => {
        const { plan, leaving } = left([seen, sight]);
        expect(leaving.length).toBeLessThanOrEqual(Math.max(1, Math.floor(plan.counted / 4)));
        for (const az of ZONES) {
          const of = seen.filter((one) => one.az === az && one.says !== 'initial').length;
          const gone = leaving.filter((action) => action.zone === az).length;
          expect(gone).toBeLessThanOrEqual(Math.max(1, Math.floor(of / 4)));
        }
      }),
    );
  });

  it('who no balancer sends requests to is left where it is', () => {
    fc.assert(
      fc.property(world, ([seen, sight]) => {
        for (const { memberId } of left([seen, sight]).leaving) {
          expect(seen[Number(/\.(\d+):80$/.exec(memberId)![1])]!.says).toBe('healthy');
        }
      }),
    );
  });
});

describe('planTargets', () => {
  const fine = (az: string): Seen => ({ az, failing: [] });

  it('I-04: failing open begins below half and ends at the exit ratio', () => {
    const seen = [...ZONES, ...ZONES].map((az, index) => (index < 3 ? { az, failing: ZONES } : fine(az)));
    expect(planTargets(factsOf(seen)).failOpen).toBe(false);
    const memory = { ...factsOf([]).memory, failOpen: true };
    expect(planTargets(factsOf(seen, {}, { memory })).failOpen).toBe(true);
    const four = seen.map((one, index) => (index < 2 ? one : fine(one.az)));
    expect(planTargets(factsOf(four, {}, { memory })).failOpen).toBe(false);
  });

  it('says why in numbers, with its evidence', () => {
    const seen = [{ az: 'az-a', failing: ZONES }, fine('az-b'), fine('az-c')];
    const [action] = planTargets(factsOf(seen)).actions;
    expect(action).toMatchObject({ kind: 'deregister', memberId: '10.0.0.0:80', zone: 'az-a' });
    expect(action!.reason).toContain(
      '3 of 3 zones get no good answer, 0 do; its balancer says healthy since 1000 ms',
    );
    expect(action!.evidence).toHaveLength(3);
  });
});
