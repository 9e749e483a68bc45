/** I-24's ground: whatever comes, goes, dies, pauses or is lost, what is in force stays within known bounds. */

import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { CALLER_QUOTA_DEFAULT, NEWCOMER_RATIO } from '../../../core/throttle/index.ts';
import { LEASE_MS } from '../../../lambdas/throttle/contract.ts';
import { Killed, Process } from '../fakes/process.ts';
import { demandEvent, RENEW_MS, Rig, type Instance } from './rig.ts';

const CAPACITY = 1000;
const GONE_AFTER_MS = 45_000;
const FLOOR = 120;
const LIMIT = 150;
const SLACK = 1e-6;

const steps = fc.array(
  fc.record({
    who: fc.integer({ min: 0, max: 4 }),
    what: fc.constantFrom(
      'nothing',
      'demand',
      'cut',
      'mend',
      'restart',
      'dead',
      'killed',
      'paused',
      'unread',
      'early',
      'lost',
    ),
    demand: fc.dictionary(
      fc.constantFrom('floored', 'limited', 'any', 'bulk'),
      fc.integer({ min: 0, max: 2000 }),
    ),
    killAt: fc.integer({ min: 1, max: 22 }),
  }),
  { minLength: 4, maxLength: 40 },
);
type Step = (typeof steps extends fc.Arbitrary<infer T> ? T : never)[number];

class World {
  readonly rig = new Rig({
    callers: {
      floored: { ...CALLER_QUOTA_DEFAULT, floorPerS: FLOOR, criticality: 'sheddable' },
      limited: { ...CALLER_QUOTA_DEFAULT, limitPerS: LIMIT, weight: 3 },
      bulk: { ...CALLER_QUOTA_DEFAULT, criticality: 'sheddable' },
    },
  });
  /** When each reported last, and since when it may be taken for gone although it is not. */
  readonly reported = new Map<Instance, number>();
  readonly hidden = new Map<Instance, number>();
  readonly killAt: number[] = [];
  restarts = 0;

  constructor() {
    for (let n = 0; n < 5; n += 1) this.rig.add(`i${n}`, { any: 400, floored: 50 });
  }

  async settle(): Promise<void> {
    await this.rig.settle();
    for (const one of this.rig.instances) this.reported.set(one, this.rig.clock.now());
  }

  async take({ who, what, demand, killAt }: Step): Promise<void> {
    const { rig } = this;
    const instance = rig.instances[who]!;
    if (what === 'demand') instance.demand = demand;
    if (what === 'cut' || what === 'mend') instance.reaches = what === 'mend';
    if (what === 'restart') {
      // The old process is gone; the new one has another name and no lease yet.
      this.restarts += 1;
      const [next] = rig.instances.splice(who, 1);
      rig.add(`i${who}-${this.restarts}`, next!.demand);
    }
    if (what === 'lost') {
      rig.throttle.written.clear();
      rig.throttle.leaseItems.clear();
      rig.throttle.plans.clear();
      for (const one of rig.instances.filter(({ reaches }) => !reaches))
        this.hidden.set(one, rig.clock.now());
    }
    rig.clock.advance(RENEW_MS);
    this.report();
    // It takes up the lease of before only now that it has reported.
    if (what === 'early') rig.fetch();
    if (what === 'killed') await this.die(killAt);
    else if (what === 'paused') await this.pause(killAt);
    else if (what !== 'dead') await rig.run();
    if (what !== 'unread' && what !== 'early') rig.fetch();
  }

  report(): void {
    const now = this.rig.clock.now();
    for (const one of this.rig.instances.filter(({ reaches }) => reaches)) {
      const last = this.reported.get(one);
      if (last !== undefined && now - last > GONE_AFTER_MS) this.hidden.set(one, now);
      this.reported.set(one, now);
    }
    this.rig.report();
  }

  async die(killAt: number): Promise<void> {
    const process = Object.assign(new Process(), { killAt, killWhen: killAt % 2 === 0 ? 'after' : 'before' });
    await this.rig.run(demandEvent(), process as Process).catch((error: unknown) => {
      if (!(error instanceof Killed)) throw error;
    });
  }

  /** An invocation that stands still for longer than its lease, while others run. */
  async pause(at: number): Promise<void> {
    const { rig } = this;
    const process = new Process();
    process.onCall = async () => {
      if (process.calls !== at) return;
      rig.clock.advance(LEASE_MS + 1);
      this.report();
      await rig.run();
      rig.fetch();
    };
    await rig.run(demandEvent(), process);
  }

  /** The most that may be admitted: the capacity, the newcomers' share, and whoever was taken for gone. */
  bound(): number {
    const { rig } = this;
    const now = rig.clock.now();
    const away = rig.instances.filter((one) => {
      const isHidden = now - (this.hidden.get(one) ?? Number.NEGATIVE_INFINITY) <= 3 * RENEW_MS;
      const isCut =
        !one.reaches && (this.hidden.has(one) || now - (this.reported.get(one) ?? now) > GONE_AFTER_MS);
      return isHidden || isCut;
    });
    const takenForGone = away.reduce((sum, one) => sum + one.rate(now), 0);
    return CAPACITY * (1 + NEWCOMER_RATIO * (this.restarts + 5)) + takenForGone + SLACK;
  }
}

it('I-24: no more is in force than the capacity, what newcomers bring, and who was taken for gone', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (taken) => {
      const world = new World();
      await world.settle();
      for (const step of taken) {
        await world.take(step);
        expect(world.rig.total(), step.what).toBeLessThanOrEqual(world.bound());
      }
    }),
    { numRuns: 150 },
  );
});

it('I-14: once all is quiet, the capacity is divided again as if nothing had been', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (taken) => {
      const { rig, ...world } = await afterwards(taken);
      for (const one of rig.instances) Object.assign(one, { reaches: true, demand: world.demand });
      // Gone ones are waited for, and after a loss of the table nothing grows for the length of a lease.
      await rig.renew(12);
      expect(rig.total()).toBeCloseTo(CAPACITY, 6);
      expect(rig.rateOf('limited')).toBeCloseTo(LIMIT, 6);
      expect(rig.rateOf('floored')).toBeCloseTo(FLOOR, 6);
      expect(rig.rateOf('bulk')).toBeCloseTo(0, 6);
    }),
    { numRuns: 80 },
  );
});

async function afterwards(taken: readonly Step[]): Promise<{ rig: Rig; demand: Record<string, number> }> {
  const world = new World();
  await world.settle();
  for (const step of taken) await world.take(step);
  return { rig: world.rig, demand: { limited: 500, floored: 500, any: 500, bulk: 500 } };
}
