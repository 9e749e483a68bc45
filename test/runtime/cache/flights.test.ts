import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CRITICALITIES } from '../../../core/shedding/index.ts';
import { CacheError, type LoadContext } from '../../../runtime/cache/index.ts';
import { Flights, type Landed, type Passenger } from '../../../runtime/cache/flights.ts';
import { VirtualClock } from '../simulated/virtual-clock.ts';

const KEYS = ['a', 'b'];
const PASSENGERS = fc.array(
  fc.record({
    afterMs: fc.nat({ max: 15 }),
    key: fc.constantFrom(...KEYS),
    criticality: fc.constantFrom(...CRITICALITIES),
    leavesAfterMs: fc.option(fc.nat({ max: 40 })),
    workMs: fc.integer({ min: 0, max: 30 }),
    ends: fc.constantFrom('current', 'outdated', 'fails', 'spent'),
  }),
  { minLength: 1, maxLength: 40 },
);
type Plan = typeof PASSENGERS extends fc.Arbitrary<readonly (infer One)[]> ? One : never;

interface Seen {
  readonly beganAt: number;
  readonly plan: Plan;
  ended: string | null;
  at: number;
  startedAt: number | null;
}

async function flown(
  plans: readonly Plan[],
): Promise<{ seen: Seen[]; flights: Flights; mostAtOnce: number }> {
  const clock = new VirtualClock();
  const flights = new Flights();
  const seen: Seen[] = [];
  const atWork = new Map<string, number>();
  let mostAtOnce = 0;
  for (const plan of plans) {
    await clock.advance(plan.afterMs);
    const leaving = new AbortController();
    const signal = plan.leavesAfterMs === null ? null : leaving.signal;
    if (plan.leavesAfterMs !== null) clock.after(plan.leavesAfterMs, () => leaving.abort(new Error('left')));
    const passenger: Passenger = { criticality: plan.criticality, share: 1, signal };
    const one: Seen = { beganAt: clock.now(), plan, ended: null, at: 0, startedAt: null };
    seen.push(one);
    const work = async ({ signal: nobodyWaits }: LoadContext): Promise<Landed<number>> => {
      atWork.set(plan.key, (atWork.get(plan.key) ?? 0) + 1);
      mostAtOnce = Math.max(mostAtOnce, atWork.get(plan.key)!);
      const startedAt = clock.now();
      await clock.sleep(plan.workMs);
      atWork.set(plan.key, atWork.get(plan.key)! - 1);
      nobodyWaits.throwIfAborted();
      if (plan.ends === 'fails') throw new Error('no row');
      if (plan.ends === 'spent') throw new CacheError('read-budget-spent', 'spent');
      return { value: startedAt, from: 'load', freshMs: 1, isCurrent: plan.ends === 'current' };
    };
    flights.join(plan.key, passenger, work).then(
      (landed) =>
        Object.assign(one, {
          ended: 'landed',
          at: clock.now(),
          startedAt: landed.isCurrent ? null : landed.value,
        }),
      (error: Error) => Object.assign(one, { ended: error.message, at: clock.now() }),
    );
  }
  await clock.advance(5000);
  return { seen, flights, mostAtOnce };
}

describe('whoever comes, goes, fails and is refused,', () => {
  it('loads of a key are one at a time, everybody is answered and nothing stays', async () => {
    await fc.assert(
      fc.asyncProperty(PASSENGERS, async (plans) => {
        const { seen, flights, mostAtOnce } = await flown(plans);
        expect(mostAtOnce).toBe(1);
        expect(flights.underway).toBe(0);
        for (const { ended, at, beganAt, plan, startedAt } of seen) {
          expect(['landed', 'left', 'no row', 'spent']).toContain(ended);
          // Nobody hears that somebody else has left.
          if (ended === 'left') expect(at - beganAt).toBe(plan.leavesAfterMs);
          // What was outdated when it landed was loaded after whoever gets it had asked.
          if (startedAt !== null) expect(startedAt).toBeGreaterThanOrEqual(beganAt);
        }
      }),
      { numRuns: 300 },
    );
  }, 30_000);
});
