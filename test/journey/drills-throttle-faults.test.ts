/** Drills of a broken surrounding, shortened, over the example application and its control as real processes. */

import { afterEach, expect, it } from 'vitest';
import type { DrillPlace, ServiceFault } from '../../proving/drills/ports.ts';
import type { Phase, ThrottleLine } from '../../proving/drills/throttle/model.ts';
import { runThrottleDrill } from '../../proving/drills/throttle/run.ts';
import { halfCapacity } from '../../proving/drills/throttle/scenarios/half-capacity.ts';
import { retryStorm } from '../../proving/drills/throttle/scenarios/retry-storm.ts';
import { throttleStoreDown } from '../../proving/drills/throttle/scenarios/throttle-store-down.ts';
import type { ThrottleScenario } from '../../proving/drills/throttle/types.ts';
import { MemoryPlace } from '../proving/drills/throttle/memory-place.ts';
import { itInFull } from './in-full.ts';

const DRILL_MS_MAX = 120_000;
/** No limit holds the load: the instances find out by themselves what they bear. */
const NO_LIMIT = { SHOP_CAPACITY_PER_S: '10000' };

let stage: MemoryPlace;
afterEach(() => stage.close());

function shortened(scenario: ThrottleScenario, lengths: Readonly<Record<string, number>>): ThrottleScenario {
  const phases: ThrottleScenario['phases'] = (setting) =>
    scenario.phases(setting).map((phase): Phase => ({ ...phase, ms: lengths[phase.name] ?? phase.ms }));
  return { ...scenario, phases };
}

function run(
  scenario: ThrottleScenario,
  { control = false, place = stage.place }: { readonly control?: boolean; readonly place?: DrillPlace } = {},
): Promise<ThrottleLine> {
  const options = { scenario, fault: scenario.faults[0]!, seed: 1, without: null, deny: null } as const;
  return runThrottleDrill(place, { ...options, control, signal: new AbortController().signal });
}

const HALF = { before: 3000, settled: 6000, halved: 5000 };

it(
  'I-25: half of the instances go on with what they can do, and are as before when the load is',
  async () => {
    stage = new MemoryPlace(NO_LIMIT);
    const line = await run(shortened(halfCapacity, HALF));
    expect(line).toMatchObject({ scenario: 'half-capacity', fault_verified: true, restarts: 0 });
    expect(line.goodput_of_capacity_pct, JSON.stringify(line)).toBeGreaterThan(60);
    expect(line.normal_after_ms).not.toBeNull();
    expect(line.refusals['shed']).toBeGreaterThan(0);
    const { 'critical-plus': most = 0, sheddable: least = 0 } = line.goodput_by_class ?? {};
    expect(most).toBeGreaterThan(least);
  },
  DRILL_MS_MAX,
);

itInFull(
  'half of the instances queue to death in the control, and stay so when half of the load is gone',
  async () => {
    stage = new MemoryPlace();
    const line = await run(shortened(halfCapacity, HALF), { control: true });
    expect(line).toMatchObject({ control: true, held: false, fault_verified: true, normal_after_ms: null });
    expect(line.refused).toBe(0);
    expect(line.goodput_of_capacity_pct).toBeLessThan(50);
    expect(line.not_held).toContain('p99_ms <= 1000');
  },
  DRILL_MS_MAX,
);

const STORM = { before: 3000, storm: 9000 };

it(
  'I-25: a storm of retries passes',
  async () => {
    stage = new MemoryPlace(NO_LIMIT);
    const line = await run(shortened(retryStorm, { ...STORM, storm: 14_000 }));
    expect(line).toMatchObject({ scenario: 'retry-storm', fault_verified: true, restarts: 0 });
    expect(line.attempts_per_request).toBeGreaterThan(2);
    expect(line.normal_after_ms, JSON.stringify(line)).not.toBeNull();
  },
  DRILL_MS_MAX,
);

itInFull(
  'a storm of retries never ends in the control, though the load is below what it can do',
  async () => {
    stage = new MemoryPlace();
    const line = await run(shortened(retryStorm, STORM), { control: true });
    expect(line).toMatchObject({ control: true, held: false, fault_verified: true, normal_after_ms: null });
    expect(line.goodput_of_capacity_pct).toBeLessThan(50);
  },
  DRILL_MS_MAX,
);

itInFull(
  'the control admits without bound, whether there is a store of leases or not, and the fault is given back',
  async () => {
    stage = new MemoryPlace();
    const set: (ServiceFault | null)[] = [];
    const place: DrillPlace = {
      ...stage.place,
      setServiceFault: async (fault) => void set.push(fault),
      metServiceFault: async () => ({}),
      askLeaseStore: async () => 'silence',
    };
    const lengths = { rising: 500, before: 1500, leased: 11_000, safe: 5000, healed: 5000, after: 500 };
    const line = await run(shortened(throttleStoreDown, lengths), { control: true, place });
    expect(line).toMatchObject({ control: true, held: false, fault_verified: true, leases_renewed: null });
    expect(line.over_admitted_pct).toBeGreaterThan(30);
    expect(line.over_admitted_later_pct).toBeGreaterThan(30);
    expect(line.refused).toBe(0);
    expect(set).toEqual([{ service: 'dynamodb', kind: 'hang' }, null, null]);
  },
  DRILL_MS_MAX,
);
