/** Whole drills of the throttle, shortened, over the example application and its control as real processes. */

import { afterEach, describe, expect, it } from 'vitest';
import type { Phase, ThrottleLine } from '../../../../proving/drills/throttle/model.ts';
import { runThrottleDrill } from '../../../../proving/drills/throttle/run.ts';
import { callerFlood } from '../../../../proving/drills/throttle/scenarios/caller-flood.ts';
import { overload } from '../../../../proving/drills/throttle/scenarios/overload.ts';
import type { StandingFault, ThrottleScenario } from '../../../../proving/drills/throttle/types.ts';
import { MemoryPlace } from './memory-place.ts';

const DRILL_MS_MAX = 60_000;
/** What a machine that is busy with other tests may break: latency, and that a request comes within a second. */
const OF_TIME = /^(good_p99_ms|good_failed) /;

/** What was left behind is ended before anything else. */
const BEGUN = ['end throttled', 'quotas quotes put'];

let stage: MemoryPlace;
afterEach(() => stage.close());

/** The same phases, each for so long. */
function shortened(scenario: ThrottleScenario, lengths: Readonly<Record<string, number>>): ThrottleScenario {
  const phases: ThrottleScenario['phases'] = (setting) =>
    scenario.phases(setting).map((phase): Phase => ({ ...phase, ms: lengths[phase.name] ?? phase.ms }));
  return { ...scenario, phases };
}

const FLOOD = shortened(callerFlood, { calm: 3000, flood: 4000, after: 1000 });

function run(
  scenario: ThrottleScenario,
  { control = false, signal = new AbortController().signal } = {},
): Promise<ThrottleLine> {
  const options = { scenario, fault: scenario.faults[0]!, seed: 1, without: null, deny: null } as const;
  return runThrottleDrill(stage.place, { ...options, control, signal });
}

describe('a flood', () => {
  it(
    'I-24: is refused, and those within their limits are not',
    async () => {
      stage = new MemoryPlace({ SHOP_CALLER_PER_S: '1' });
      const line = await run(FLOOD);
      expect(line.not_held.filter((rule) => !OF_TIME.test(rule))).toEqual([]);
      expect(line).toMatchObject({
        scenario: 'caller-flood',
        tier: 'throttle',
        fault: 'flood',
        fault_verified: true,
        control: false,
        failed: 0,
        restarts: 0,
        quotas_in_force_ms: 5,
        peak_goodput: null,
        normal_after_ms: null,
        acked_writes: null,
        detected_ms: null,
        actions: [],
      });
      expect(line.good_requests).toBeGreaterThan(700);
      expect(line.refused).toBeGreaterThan(300);
      expect(line.good_failed).toBeLessThan(0.05 * line.good_requests!);
      expect(line.flood_admitted).toBeLessThanOrEqual(6);
      expect(stage.calls).toEqual([...BEGUN, 'end throttled', 'quotas quotes away']);
    },
    DRILL_MS_MAX,
  );

  it(
    'takes the places of everybody in the control, where functions are off and no quotas are touched',
    async () => {
      stage = new MemoryPlace();
      const line = await run(FLOOD, { control: true });
      expect(line).toMatchObject({ control: true, held: false, fault_verified: true, refused: 0 });
      expect(line.not_held).toContain('flood_share <= flood_quota_share');
      expect(line.not_held).toContain('refused > 0');
      expect(line.good_p99_ms).toBeGreaterThan(3 * line.good_control_p99_ms!);
      expect(stage.calls).toEqual(['end throttled', 'functions false', 'end throttled', 'functions true']);
    },
    DRILL_MS_MAX,
  );
});

it(
  'I-25: a surge leaves the control with nothing that is of use, long after it is over',
  async () => {
    stage = new MemoryPlace();
    const lengths = { usual: 2000, '1x': 1000, '2x': 1000, '5x': 2000, '10x': 4000, back: 3000 };
    const line = await run(shortened(overload, lengths), { control: true });
    expect(line).toMatchObject({ held: false, fault_verified: true, normal_after_ms: null });
    expect(line.goodput_at_10x).toBeLessThan(0.5 * line.peak_goodput!);
    expect(line.failure_codes['no answer in time'] ?? 0).toBeGreaterThan(0);
    expect(Object.keys(line.goodput_by_phase)).toEqual(['usual', '1x', '2x', '5x', '10x', 'back']);
  },
  DRILL_MS_MAX,
);

describe('a fault besides the load', () => {
  const log: string[] = [];
  const fault = (isReal: boolean): ThrottleScenario => ({
    ...shortened(FLOOD, { calm: 300, flood: 300, after: 300 }),
    loadVerified: () => true,
    inject: async ({ tasks }): Promise<StandingFault> => {
      log.push(`broken at ${tasks.map(({ name }) => name).join()}`);
      return {
        verify: async () => isReal,
        release: async () => void log.push('released'),
      };
    },
  });

  it(
    'stands from its phase until the one before which it ends, and makes the drill void when it is not verified',
    async () => {
      stage = new MemoryPlace({ SHOP_CALLER_PER_S: '1' });
      log.length = 0;
      const line = await run(fault(false));
      expect(log.slice(0, 2)).toEqual(['broken at throttled', 'released']);
      expect(line).toMatchObject({ fault_verified: false, held: false });
    },
    DRILL_MS_MAX,
  );

  it(
    'ends when the drill is interrupted, and so does everything that was started',
    async () => {
      stage = new MemoryPlace({ SHOP_CALLER_PER_S: '1' });
      log.length = 0;
      const interrupt = new AbortController();
      const interrupted: ThrottleScenario = {
        ...fault(true),
        inject: async (drilled) => {
          interrupt.abort();
          return fault(true).inject!(drilled);
        },
      };
      await expect(run(interrupted, { signal: interrupt.signal })).rejects.toMatchObject({
        code: 'interrupted',
      });
      expect(log).toEqual(['broken at throttled', 'released']);
      expect(stage.calls).toEqual([...BEGUN, 'end throttled', 'quotas quotes away']);
    },
    DRILL_MS_MAX,
  );
});
