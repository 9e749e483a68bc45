/** Puts the line of a throttle drill together: the fields of every drill, and those of the scenario. */

import { identity, judge, traffic } from '../line-parts.ts';
import { countBy, longestGapMs, recoveredMs } from '../measure/statistics.ts';
import type { Denial } from '../model.ts';
import { NOT_MEASURED, type ThrottleFields, type ThrottleLine } from './model.ts';
import { goodputPerS } from './statistics.ts';
import { RESOURCE, type ThrottleRun, type ThrottleScenario } from './types.ts';

export interface ThrottleMeasured {
  readonly scenario: ThrottleScenario;
  readonly run: ThrottleRun;
  readonly seed: number;
  readonly faultVerified: boolean;
  readonly quotasInForceMs: number | null;
  readonly denied: readonly Denial[];
  readonly loadPct?: number | null | undefined;
  readonly lagMsMax: number;
  readonly versions: Readonly<Record<string, string>>;
}

export function toThrottleLine(measured: ThrottleMeasured): ThrottleLine {
  const { scenario, run, quotasInForceMs } = measured;
  const { setting } = run;
  const line: ThrottleLine = {
    ...identity({ ...measured, setting, target: RESOURCE, hypothesis: scenario.hypothesis(setting) }),
    ...ofCallers(measured),
    ...NOT_OURS,
    denied: measured.denied,
    ...common(run),
    quotas_in_force_ms: quotasInForceMs,
    ...scenario.measure(run),
    held: false,
    not_held: [],
  };
  return { ...line, ...judge(line, scenario.expectations(setting)) };
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

function ofCallers({ scenario, run }: ThrottleMeasured) {
  const { samples, phases } = run;
  const faultAt = phases.find(({ name }) => name === scenario.faultFrom)!.from;
  const endedAt = phases.at(-1)!.to;
  const seen = traffic(
    samples.map((sample) => ({ ...sample, kind: 'read' as const })),
    { faultAt, endedAt },
  );
  return {
    ...seen,
    failed_idempotent: seen.failed,
    wrong_reads: samples.filter((s) => s.wrong).length,
    longest_gap_ms: longestGapMs(samples, faultAt, endedAt),
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
