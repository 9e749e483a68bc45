import { describe, expect, it } from 'vitest';
import { readQuotas } from '../../../../core/throttle/index.ts';
import { NOT_MEASURED, type ThrottleLine } from '../../../../proving/drills/throttle/model.ts';
import { callerFlood } from '../../../../proving/drills/throttle/scenarios/caller-flood.ts';
import { THROTTLE_SCENARIOS } from '../../../../proving/drills/throttle/scenarios/index.ts';
import { overload } from '../../../../proving/drills/throttle/scenarios/overload.ts';
import { reallySent } from '../../../../proving/drills/throttle/scenarios/rules.ts';
import type {
  Look,
  ThrottleRun,
  ThrottleScenario,
  ThrottleSetting,
} from '../../../../proving/drills/throttle/types.ts';
import { asked, evenly, REFUSED } from './asked.ts';

const SETTING = { pace: 'fast', without: null, deny: null, control: false } as const;
const setting = ({ faults }: ThrottleScenario): ThrottleSetting => ({ ...SETTING, fault: faults[0]! });

/** Rules about counts that are always there. */
const ABOUT_REFUSALS = ['nothing but a limit refuses'];

/** Rules of the scenario that do not hold for a line with these fields. */
function broken(scenario: ThrottleScenario, fields: Partial<ThrottleLine>): string[] {
  const line = { ...NOT_MEASURED, restarts: 0, wrong_reads: 0, rss_growth_mb: 0, ...fields } as ThrottleLine;
  const rules = scenario.expectations(setting(scenario));
  return rules.filter((rule) => !rule.holds(line)).map(({ rule }) => rule);
}

describe.each(THROTTLE_SCENARIOS.map((scenario) => [scenario.name, scenario] as const))(
  '%s',
  (_, scenario) => {
    it('has quotas that are accepted, instances, and a phase before the fault', () => {
      const { faults } = readQuotas({ field: 'q', resource: 'quotes', application: 'shop' }, scenario.quotas);
      expect(faults).toEqual([]);
      expect(scenario.instances.length).toBeGreaterThan(0);
      for (const fault of scenario.faults) {
        const names = scenario.phases({ ...SETTING, fault }).map(({ name }) => name);
        expect(names.indexOf(scenario.faultFrom)).toBeGreaterThan(0);
        if (scenario.faultUntil !== null) expect(names).toContain(scenario.faultUntil);
        expect(new Set(names).size).toBe(names.length);
      }
    });

    it('holds of nothing that was not measured', () => {
      const line = { ...NOT_MEASURED } as ThrottleLine;
      const rules = scenario.expectations(setting(scenario));
      expect(rules.length).toBeGreaterThan(0);
      const held = rules.filter((rule) => rule.holds(line)).map(({ rule }) => rule);
      expect(held.filter((rule) => !ABOUT_REFUSALS.includes(rule))).toEqual([]);
    });

    it('says what it expects in the words of a user', () => {
      expect(scenario.hypothesis(setting(scenario))).toMatch(/^[A-Z0-9].*\.$/);
    });
  },
);

describe('the rules of caller-flood', () => {
  const held: Partial<ThrottleLine> = {
    good_failed: 0,
    good_p99_ms: 50,
    good_control_p99_ms: 46,
    flood_share: 0.006,
    flood_quota_share: 0.007,
    refused: 100,
  };

  it('hold when the good are served as before and the flood has its quota', () => {
    expect(broken(callerFlood, held)).toEqual([]);
    expect(broken(callerFlood, { ...held, good_control_p99_ms: 100, good_p99_ms: 120 })).toEqual([]);
  });

  it.each<[Partial<ThrottleLine>, RegExp]>([
    [{ good_failed: 1 }, /^good_failed = 0$/],
    [{ good_p99_ms: 56 }, /^good_p99_ms/],
    [{ good_control_p99_ms: 100, good_p99_ms: 121 }, /^good_p99_ms/],
    [{ flood_share: 0.008 }, /^flood_share <= flood_quota_share$/],
    [{ refused: 0 }, /^refused > 0$/],
    [{ rss_growth_mb: 65 }, /^rss_growth_mb/],
    [{ restarts: 1 }, /^restarts = 0$/],
  ])('do not hold with %j', (fields, rule) => {
    expect(broken(callerFlood, { ...held, ...fields })).toEqual([expect.stringMatching(rule)]);
  });

  it('count a refusal of a good caller as its failure, and the flood while it lasts', () => {
    const good = evenly({ from: 0, to: 60_000, perS: 10 }).map((s, i) => ({
      ...s,
      phase: s.scheduledAt < 20_000 ? 'calm' : 'flood',
      ...(i === 30 || i === 300 ? REFUSED : {}),
    }));
    const flood = evenly({ from: 20_000, to: 40_000, perS: 100 }, { stream: 'flood', phase: 'flood' });
    const admitted = flood.map((s, i) => (i < 20 ? s : { ...s, ...REFUSED }));
    const modest = asked(1000, 50, { stream: 'flood', phase: 'calm' });
    const run = { samples: [...good, ...admitted, modest] } as unknown as ThrottleRun;
    expect(callerFlood.measure(run)).toMatchObject({
      good_requests: 600,
      good_failed: 2,
      good_p99_ms: 50,
      good_control_p99_ms: 50,
      flood_admitted: 20,
      flood_share: 0.00665,
      flood_quota_share: 0.007,
    });
  });
});

describe('the rules of overload', () => {
  const held = { goodput_at_10x: 90, peak_goodput: 100, normal_after_ms: 1000 };

  it('hold at 90 % of the best and after a second', () => {
    expect(broken(overload, held)).toEqual([]);
  });

  it.each<[Partial<ThrottleLine>, RegExp]>([
    [{ goodput_at_10x: 89.9 }, /^goodput_at_10x/],
    [{ goodput_at_10x: 0, peak_goodput: 0 }, /^goodput_at_10x/],
    [{ normal_after_ms: 1000.1 }, /^normal_after_ms/],
    [{ normal_after_ms: null }, /^normal_after_ms/],
    [{ restarts: 1 }, /^restarts = 0$/],
  ])('do not hold with %j', (fields, rule) => {
    expect(broken(overload, { ...held, ...fields })).toEqual([expect.stringMatching(rule)]);
  });

  it('take the best of all steps for the peak, the one at ten times included', () => {
    const phases = overload.phases(setting(overload));
    let from = 0;
    const times = phases.map(({ name, ms }) => ({ name, from, to: (from += ms) }));
    const rates: Record<string, number> = { usual: 40, '1x': 48, '2x': 50, '5x': 49, '10x': 51, back: 40 };
    const samples = times.flatMap(({ name, ...span }) =>
      evenly({ ...span, perS: rates[name]! }, { phase: name, criticality: 'critical' }),
    );
    const run = { samples, phases: times } as unknown as ThrottleRun;
    expect(overload.measure(run)).toMatchObject({
      peak_goodput: 51,
      goodput_at_10x: 51,
      normal_after_ms: 0,
      whole_users_pct: 100,
      goodput_by_class: { critical: 51, sheddable: 0 },
    });
  });
});

describe('a load that makes a fault', () => {
  const look = (before: string, arrived: number | null): Look => ({
    before,
    statuses: [arrived === null ? null : { pid: 1, rssMb: 100, arrived }],
  });
  const surge = (perS: number, looks: readonly Look[]): ThrottleRun =>
    ({
      samples: [
        ...evenly({ from: 1000, to: 3000, perS }, { phase: 'surge' }),
        ...evenly({ from: 3000, to: 4000, perS: 50 }, { phase: 'back' }),
      ],
      phases: [
        { name: 'calm', from: 0, to: 1000 },
        { name: 'surge', from: 1000, to: 3000 },
        { name: 'back', from: 3000, to: 4000 },
      ],
      looks,
    }) as unknown as ThrottleRun;
  /** 250 are sent from the surge on: 238 of them have to arrive. */
  const looks = (arrived: number | null): Look[] => [
    look('calm', 0),
    look('surge', 50),
    look('back', 240),
    look('end', arrived),
  ];

  it('is verified when it was sent and arrived', () => {
    expect(reallySent(surge(100, looks(300)), 'surge', 100)).toBe(true);
    expect(reallySent(surge(100, looks(288)), 'surge', 100)).toBe(true);
  });

  it('is not when less was sent, less arrived, or nobody said', () => {
    expect(reallySent(surge(90, looks(300)), 'surge', 100)).toBe(false);
    expect(reallySent(surge(100, looks(287)), 'surge', 100)).toBe(false);
    expect(reallySent(surge(100, looks(null)), 'surge', 100)).toBe(false);
    expect(reallySent(surge(100, looks(300)), 'storm', 100)).toBe(false);
  });
});
