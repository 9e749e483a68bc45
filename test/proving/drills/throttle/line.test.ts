import { describe, expect, it } from 'vitest';
import { textOf } from '../../../../proving/drills/drill.ts';
import { toThrottleLine, type ThrottleMeasured } from '../../../../proving/drills/throttle/line.ts';
import type { ThrottleLine } from '../../../../proving/drills/throttle/model.ts';
import { callerFlood } from '../../../../proving/drills/throttle/scenarios/caller-flood.ts';
import type { ApplicationStatus } from '../../../../proving/drills/throttle/application-status.ts';
import type { ThrottleRun } from '../../../../proving/drills/throttle/types.ts';
import { worstOf } from '../../../../proving/drills/worst.ts';
import { asked, evenly, FAILED, REFUSED } from './asked.ts';

const PHASES = [
  { name: 'calm', from: 0, to: 10_000 },
  { name: 'flood', from: 10_000, to: 30_000 },
  { name: 'after', from: 30_000, to: 40_000 },
];

/** 99 requests a second of good callers throughout, and a flood of which 20 are admitted. */
function samples() {
  const good = PHASES.flatMap(({ name, from, to }) => evenly({ from, to, perS: 99 }, { phase: name }));
  const flood = evenly({ from: 10_000, to: 30_000, perS: 100 }, { phase: 'flood', stream: 'flood' });
  return [...good, ...flood.map((s, i) => (i < 20 ? s : { ...s, ...REFUSED, code: 'caller-limit' }))];
}

const status = (pid: number, rssMb: number): ApplicationStatus => ({ pid, rssMb, arrived: 0 });

function measured(run: Partial<ThrottleRun> = {}, rest: Partial<ThrottleMeasured> = {}): ThrottleMeasured {
  return {
    scenario: callerFlood,
    run: {
      setting: { fault: 'flood', pace: 'fast', without: null, deny: null, control: false },
      quotas: callerFlood.quotas,
      samples: samples(),
      phases: PHASES,
      looks: [
        { before: 'calm', statuses: [status(7, 100)] },
        { before: 'end', statuses: [status(7, 103)] },
      ],
      ...run,
    },
    seed: 3,
    faultVerified: true,
    quotasInForceMs: 11_000,
    denied: [],
    lagMsMax: 12.34,
    versions: {},
    ...rest,
  };
}

const line = (run?: Partial<ThrottleRun>, rest?: Partial<ThrottleMeasured>): ThrottleLine =>
  toThrottleLine(measured(run, rest));

/** The fields that every drill prints, by name. */
const COMMON =
  'scenario tier fault pace seed hypothesis held fault_verified requests failed failed_reads failed_writes failed_idempotent refused duplicated p50_ms p99_ms pre_p50_ms pre_p99_ms longest_gap_ms bad_until_ms worst_10s_failed_pct failed_after_10s detected_ms decided_ms managed_ms added_ms recovered_ms acked_writes lost_acked_writes invented_writes wrong_reads stale_writer_writes actions generator_lag_ms_max versions';
const THROTTLE =
  'good_requests good_failed good_p99_ms good_control_p99_ms flood_admitted flood_share flood_quota_share peak_goodput goodput_at_10x normal_after_ms restarts over_admitted_pct';

describe('the line of a throttle drill', () => {
  it('has every field of a drill and of the throttle, null where it was not measured, never undefined', () => {
    const all = line() as unknown as Record<string, unknown>;
    for (const field of `${COMMON} ${THROTTLE}`.split(' ')) expect(all[field], field).not.toBeUndefined();
    expect(all).toMatchObject({
      acked_writes: null,
      failed_writes: null,
      managed_ms: null,
      peak_goodput: null,
    });
  });

  it('holds when users and quota were as expected', () => {
    expect(line()).toMatchObject({
      held: true,
      not_held: [],
      seed: 3,
      requests: 40 * 99 + 2000,
      refused: 1980,
      refusals: { 'caller-limit': 1980 },
      good_requests: 40 * 99,
      restarts: 0,
      rss_growth_mb: 3,
      quotas_in_force_ms: 11_000,
      generator_lag_ms_max: 12.3,
      goodput_by_phase: { calm: 99, flood: 100, after: 99 },
    });
  });

  it('does not hold when the fault was not verified, whatever was measured', () => {
    expect(line({}, { faultVerified: false })).toMatchObject({
      held: false,
      fault_verified: false,
      not_held: [],
    });
  });

  it('does not hold when a right was missing', () => {
    const denied = [{ function: 'throttle', action: 'dynamodb:PutItem', resource: 'table' }];
    expect(line({}, { denied }).not_held).toEqual([
      'AccessDenied: throttle may not dynamodb:PutItem on table',
    ]);
  });

  it('counts failures from the fault on, by what they ended with', () => {
    const early = asked(1000, 5000, { ...FAILED, phase: 'calm' });
    const late = asked(12_000, 5000, { ...FAILED, phase: 'flood' });
    expect(line({ samples: [...samples(), early, late] })).toMatchObject({
      failed: 1,
      failure_codes: { 'no answer within 5 s': 1 },
      bad_until_ms: 2000,
    });
  });

  it('sees a process that is another one, or gone', () => {
    const looks = (last: ApplicationStatus | null) => [
      { before: 'calm', statuses: [status(7, 100)] },
      { before: 'end', statuses: [last] },
    ];
    expect(line({ looks: looks(status(8, 100)) }).restarts).toBe(1);
    expect(line({ looks: looks(null) })).toMatchObject({ restarts: 1, rss_growth_mb: null });
  });
});

it('is told to people with what was measured, and nothing else', () => {
  const text = textOf(line());
  expect(text).toMatch(/^caller-flood, flood on quotes: HELD\n/);
  expect(text).toContain('1980 were refused (caller-limit 1980)');
  expect(text).toContain('0 of 3960 requests of good callers failed or were refused');
  expect(text).not.toContain('not measured');
  expect(text).not.toContain('ten times the capacity');
});

it('the worst of several runs takes the least of what should be much', () => {
  const slow = line({ samples: samples().filter((_, i) => i % 2 === 0) });
  const worst = worstOf([line(), slow]);
  expect(worst.good_requests).toBe(slow.good_requests);
  expect(worst.goodput_by_phase['calm']).toBe(slow.goodput_by_phase['calm']);
  expect(worst.goodput_by_class).toBeNull();
  expect(worst.runs).toBe(2);
});
