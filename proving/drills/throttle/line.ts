/** Puts the line of a throttle drill together: the fields of every drill, and those of the scenario. */

import { denyText } from '../conditions.ts';
import { judge } from '../line.ts';
import {
  badUntilMs,
  failed,
  latencyMs,
  longestGapMs,
  recoveredMs,
  round,
  worst10sFailedPct,
} from '../measure/statistics.ts';
import type { Denial } from '../model.ts';
import { NOT_MEASURED, type ThrottleFields, type ThrottleLine } from './model.ts';
import { countBy, goodputPerS } from './statistics.ts';
import { RESOURCE, type ThrottleRun, type ThrottleScenario } from './types.ts';

export interface ThrottleMeasured {
  readonly scenario: ThrottleScenario;
  readonly run: ThrottleRun;
  readonly seed: number;
  readonly faultVerified: boolean;
  readonly quotasInForceMs: number | null;
  readonly denied: readonly Denial[];
  readonly lagMsMax: number;
  readonly versions: Readonly<Record<string, string>>;
}

export function toThrottleLine(measured: ThrottleMeasured): ThrottleLine {
  const { scenario, run, quotasInForceMs } = measured;
  const line: ThrottleLine = {
    ...identity(measured),
    ...traffic(measured),
    ...NOT_OURS,
    denied: measured.denied,
    ...common(run),
    quotas_in_force_ms: quotasInForceMs,
    ...scenario.measure(run),
    held: false,
    not_held: [],
  };
  return { ...line, ...judge(line, scenario.expectations(run.setting)) };
}

/** Fields of members, writes and controllers: a throttle drill measures none of them. */
const NOT_OURS = {
  failed_writes: null,
  duplicated: null,
  managed_ms: null,
  added_ms: null,
  detected_ms: null,
  decided_ms: null,
  acked_writes: null,
  lost_acked_writes: null,
  invented_writes: null,
  stale_reads: null,
  stale_writer_writes: null,
  promotions: null,
  removed: null,
  actions: [],
} as const;

function identity({ scenario, run, seed, faultVerified, lagMsMax, versions }: ThrottleMeasured) {
  const { fault, pace, without, deny, control } = run.setting;
  return {
    scenario: scenario.name,
    tier: scenario.tier,
    fault,
    pace,
    seed,
    without,
    deny: deny ? denyText(deny) : null,
    control,
    hypothesis: scenario.hypothesis(run.setting),
    fault_verified: faultVerified,
    target: RESOURCE,
    generator_lag_ms_max: round(lagMsMax),
    versions,
  };
}

function traffic({ scenario, run }: ThrottleMeasured) {
  const { samples, phases } = run;
  const faultAt = phases.find(({ name }) => name === scenario.faultFrom)!.from;
  const endedAt = phases.at(-1)!.to;
  const before = samples.filter((s) => s.scheduledAt < faultAt && s.completedAt < faultAt);
  const after = samples.filter((s) => s.completedAt >= faultAt);
  const failures = after.filter(failed);
  return {
    requests: samples.length,
    failed: failures.length,
    failed_reads: failures.length,
    failed_idempotent: failures.length,
    refused: after.filter((s) => s.refused).length,
    failure_codes: countBy(failures.map((s) => s.code ?? 'unknown')),
    wrong_reads: samples.filter((s) => s.wrong).length,
    p50_ms: latencyMs(after, 50),
    p99_ms: latencyMs(after, 99),
    pre_p50_ms: latencyMs(before, 50),
    pre_p99_ms: latencyMs(before, 99),
    reads_p99_ms: latencyMs(after, 99),
    pre_reads_p99_ms: latencyMs(before, 99),
    longest_gap_ms: longestGapMs(samples, faultAt, endedAt),
    bad_until_ms: badUntilMs(after, faultAt),
    worst_10s_failed_pct: worst10sFailedPct(after, faultAt, endedAt),
    failed_after_10s: failures.filter((s) => s.scheduledAt >= faultAt + 10_000).length,
    recovered_ms: recoveredMs(samples, faultAt),
  };
}

function common({ samples, phases, looks }: ThrottleRun): ThrottleFields {
  const goodput = phases.map((phase) => [phase.name, goodputPerS(samples, phase) ?? 0] as const);
  const first = looks[0]?.statuses ?? [];
  const last = looks.at(-1)?.statuses ?? [];
  const pairs = first.map((status, i) => [status, last[i] ?? null] as const);
  const growths = pairs.flatMap(([a, b]) => (a && b ? [b.rssMb - a.rssMb] : []));
  return {
    ...NOT_MEASURED,
    goodput_by_phase: Object.fromEntries(goodput),
    refusals: countBy(samples.filter((s) => s.refused).map((s) => s.code ?? 'unknown')),
    restarts: first.length === 0 ? null : pairs.filter(([a, b]) => a === null || a.pid !== b?.pid).length,
    rss_growth_mb: growths.length === 0 || growths.length < pairs.length ? null : Math.max(...growths),
  };
}
