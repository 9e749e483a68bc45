/** What the drills of a broken surrounding measure, and the rules that their hypotheses stand on. */

import { describe, expect, it } from 'vitest';
import type { ThrottleFaultKind } from '../../../../proving/drills/model.ts';
import {
  NOT_MEASURED,
  type PhaseTimes,
  type ThrottleLine,
  type ThrottleSample,
} from '../../../../proving/drills/throttle/model.ts';
import { halfCapacity } from '../../../../proving/drills/throttle/scenarios/half-capacity.ts';
import { retryStorm } from '../../../../proving/drills/throttle/scenarios/retry-storm.ts';
import { throttleStoreDown } from '../../../../proving/drills/throttle/scenarios/throttle-store-down.ts';
import type {
  Look,
  ThrottleRun,
  ThrottleScenario,
  ThrottleSetting,
} from '../../../../proving/drills/throttle/types.ts';
import { evenly, REFUSED } from './asked.ts';

const setting = (fault: ThrottleFaultKind): ThrottleSetting => ({
  pace: 'fast',
  without: null,
  deny: null,
  control: false,
  fault,
});

function broken(
  scenario: ThrottleScenario,
  fields: Partial<ThrottleLine>,
  fault = scenario.faults[0]!,
): string[] {
  const line = { ...NOT_MEASURED, failed: 0, restarts: 0, wrong_reads: 0, ...fields } as ThrottleLine;
  const rules = scenario.expectations(setting(fault));
  return rules.filter((rule) => !rule.holds(line)).map(({ rule }) => rule);
}

function timesOf(scenario: ThrottleScenario): readonly PhaseTimes[] {
  let from = 0;
  return scenario.phases(setting(scenario.faults[0]!)).map(({ name, ms }) => {
    return { name, from, to: (from += ms) };
  });
}

/** A run in which each phase has so many good answers a second, evenly spread. */
function runOf(
  scenario: ThrottleScenario,
  rates: Readonly<Record<string, number>>,
  rest: Partial<ThrottleSample> = {},
  looks: readonly Look[] = [],
): ThrottleRun {
  const phases = timesOf(scenario);
  const samples = phases.flatMap(({ name, from, to }) =>
    evenly({ from, to, perS: rates[name]! }, { phase: name, ...rest }),
  );
  return { samples, phases, looks } as unknown as ThrottleRun;
}

const look = (before: string, pids: readonly (number | null)[]): Look => ({
  before,
  statuses: pids.map((pid) => (pid === null ? null : { pid, rssMb: 80, arrived: 0 })),
});

describe('half-capacity', () => {
  const held: Partial<ThrottleLine> = {
    goodput_of_capacity_pct: 90,
    good_failed: 0,
    whole_users_pct: 35,
    p99_ms: 1000,
    normal_after_ms: 1000,
  };

  it('holds at nine tenths of what the survivors can do', () => {
    expect(broken(halfCapacity, held)).toEqual([]);
  });

  it.each<[Partial<ThrottleLine>, RegExp]>([
    [{ goodput_of_capacity_pct: 89.9 }, /^goodput_of_capacity_pct >= 90$/],
    [{ good_failed: 1 }, /^good_failed = 0$/],
    [{ whole_users_pct: 34.9 }, /^whole_users_pct/],
    [{ p99_ms: 1000.1 }, /^p99_ms/],
    [{ normal_after_ms: null }, /^normal_after_ms/],
    [{ restarts: 1 }, /^restarts = 0$/],
  ])('does not hold with %j', (fields, rule) => {
    expect(broken(halfCapacity, { ...held, ...fields })).toEqual([expect.stringMatching(rule)]);
  });

  const rates = { before: 180, killed: 150, adapting: 80, settled: 95, halved: 90 };

  it('measures goodput against the survivors alone, once they have settled', () => {
    const run = runOf(halfCapacity, rates, { criticality: 'critical-plus' });
    expect(halfCapacity.measure(run)).toMatchObject({
      peak_goodput: 180,
      goodput_of_capacity_pct: 95,
      normal_after_ms: 0,
      whole_users_pct: 100,
      good_failed: 0,
    });
  });

  it('counts a refusal of the most important requests as their failure, from a second after the kill', () => {
    const { samples, ...rest } = runOf(halfCapacity, rates, { criticality: 'critical-plus' });
    const refused = (phase: string, criticality: ThrottleSample['criticality']) => {
      const changed = samples.map((s, i) =>
        s.phase === phase && i % 10 === 0 ? { ...s, ...REFUSED, criticality } : s,
      );
      return halfCapacity.measure({ ...rest, samples: changed }).good_failed;
    };
    expect(refused('killed', 'critical-plus')).toBe(0);
    expect(refused('settled', 'critical')).toBe(0);
    expect(refused('settled', 'critical-plus')).toBeGreaterThan(0);
    expect(refused('adapting', 'critical-plus')).toBeGreaterThan(0);
  });

  it('counts restarts among those that were not killed', () => {
    const restarts = (last: readonly (number | null)[]) =>
      halfCapacity.measure(runOf(halfCapacity, rates, {}, [look('before', [1, 2, 3, 4]), look('end', last)]))
        .restarts;
    expect(restarts([1, null, 3, null])).toBe(0);
    expect(restarts([1, null, 9, null])).toBe(1);
    expect(restarts([1, null, null, null])).toBe(1);
  });
});

describe('retry-storm', () => {
  const held: Partial<ThrottleLine> = { normal_after_ms: 3000, goodput_of_capacity_pct: 90 };

  it('holds three seconds after the stop', () => {
    expect(broken(retryStorm, held)).toEqual([]);
    expect(broken(retryStorm, { ...held, normal_after_ms: 3001 })).toEqual(['normal_after_ms <= 3000']);
    expect(broken(retryStorm, { ...held, goodput_of_capacity_pct: 89 })).toHaveLength(1);
    expect(broken(retryStorm, { ...held, restarts: 1 })).toEqual(['restarts = 0']);
  });

  it('measures from the end of the stop, and goodput from a second later', () => {
    const run = runOf(retryStorm, { before: 80, stopped: 80, first: 20, storm: 76 });
    const stopped = run.samples.map((s) => (s.phase === 'stopped' ? { ...s, ...REFUSED, attempts: 4 } : s));
    const measured = retryStorm.measure({ ...run, samples: stopped });
    expect(measured).toMatchObject({
      peak_goodput: 80,
      goodput_of_capacity_pct: 95,
      attempts_per_request: 4,
    });
    expect(measured.normal_after_ms).toBeGreaterThan(0);
    expect(measured.normal_after_ms).toBeLessThanOrEqual(1000);
  });

  it('is a storm only when each request was sent more than twice while it stood still', () => {
    const run = runOf(retryStorm, { before: 80, stopped: 80, first: 80, storm: 80 });
    const sent = (attempts: number): ThrottleRun => ({
      ...run,
      samples: run.samples.map((s) => (s.phase === 'stopped' ? { ...s, attempts } : { ...s, attempts: 9 })),
    });
    expect(retryStorm.loadVerified!(sent(2))).toBe(false);
    expect(retryStorm.loadVerified!(sent(3))).toBe(true);
  });
});

describe('throttle-store-down', () => {
  const held: Partial<ThrottleLine> = {
    refused_p99_ms: 60,
    refused_control_p99_ms: 10,
    refused_by_others_pct: 0,
    over_admitted_pct: 10,
    over_admitted_later_pct: 2,
    within_refused_pct: 13,
    within_refused_control_pct: 3,
    leases_renewed: 2,
  };

  it('holds when nothing is admitted beyond the capacity, and leases come back', () => {
    expect(broken(throttleStoreDown, held)).toEqual([]);
  });

  it.each<[Partial<ThrottleLine>, RegExp]>([
    [{ failed: 1 }, /^failed = 0$/],
    [{ refused_p99_ms: 61 }, /^refused_p99_ms/],
    [{ refused_by_others_pct: 1.1 }, /^refused_by_others_pct/],
    [{ over_admitted_pct: 10.1 }, /^over_admitted_pct/],
    [{ over_admitted_later_pct: 2.1 }, /^over_admitted_later_pct/],
    [{ within_refused_pct: 13.1 }, /^within_refused_pct/],
    [{ leases_renewed: 1 }, /^leases_renewed = 2$/],
  ])('does not hold with %j', (fields, rule) => {
    for (const fault of ['hang', 'kill'] as const) {
      expect(broken(throttleStoreDown, { ...held, ...fields }, fault)).toEqual([expect.stringMatching(rule)]);
    }
  });

  it('lets an instance that is cut off alone add its own share, and no more, and says so', () => {
    const cutOff = { ...held, over_admitted_later_pct: 45 };
    expect(broken(throttleStoreDown, cutOff, 'partition')).toEqual([]);
    expect(broken(throttleStoreDown, { ...cutOff, over_admitted_later_pct: 53 }, 'partition')).toHaveLength(
      1,
    );
    expect(throttleStoreDown.hypothesis(setting('partition'))).toContain("that instance's own share");
    expect(throttleStoreDown.hypothesis(setting('hang'))).not.toContain('own share');
  });

  /** Each phase admits so many of everybody, and so many of the one that is limited to 30 a second. */
  function measure(all: Readonly<Record<string, number>>, limited: Readonly<Record<string, number>>) {
    const others = runOf(throttleStoreDown, all, { stream: 'greedy' });
    const one = runOf(throttleStoreDown, limited, { stream: 'limited' });
    return throttleStoreDown.measure({ ...others, samples: [...others.samples, ...one.samples] });
  }

  const phases = timesOf(throttleStoreDown).map(({ name }) => name);
  const all = (perS: number) => Object.fromEntries(phases.map((name) => [name, perS]));

  it('counts what is admitted beyond the capacity, and beyond the limit of a caller', () => {
    expect(measure(all(70), all(30))).toMatchObject({ over_admitted_pct: 0, over_admitted_later_pct: 0 });
    expect(measure({ ...all(70), leased: 77 }, all(30)).over_admitted_pct).toBeCloseTo(7, 0);
    expect(measure(all(20), { ...all(30), leased: 36 }).over_admitted_pct).toBeCloseTo(20, 0);
  });

  it('counts what comes after the leases, until the end, apart', () => {
    const healed = measure({ ...all(70), healed: 105 }, all(30));
    expect(healed.over_admitted_pct).toBe(0);
    expect(healed.over_admitted_later_pct).toBeCloseTo(35, 0);
  });

  it('tells refusals of those within their limits, and of others than limits, apart', () => {
    const run = runOf(throttleStoreDown, all(10), { stream: 'steady' });
    const samples = run.samples.map((s, i) => {
      if (s.phase !== 'safe' || i % 10 !== 0) return s;
      return {
        ...s,
        ...REFUSED,
        code: i % 20 === 0 ? 'caller-limit' : 'shed',
        completedAt: s.scheduledAt + 7,
      };
    });
    const measured = throttleStoreDown.measure({ ...run, samples });
    expect(measured.within_refused_pct).toBeGreaterThan(4);
    expect(measured.refused_by_others_pct).toBeCloseTo(measured.within_refused_pct! / 2, 0);
    expect(measured.refused_p99_ms).toBe(7);
    expect(measured.refused_control_p99_ms).toBeNull();
    expect(measured.within_refused_control_pct).toBe(0);
    expect(measured.good_failed).toBe(0);
  });
});
