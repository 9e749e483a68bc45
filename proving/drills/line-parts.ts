/** The fields that the lines of all drills have in common. */

import { denyText, type Conditions } from './conditions.ts';
import {
  badUntilMs,
  countBy,
  failed,
  latencyMs,
  round,
  worst10sFailedPct,
  type Asked,
} from './measure/statistics.ts';
import type { DrillLine } from './model.ts';

export interface Identified {
  readonly scenario: { readonly name: string; readonly tier: string };
  readonly hypothesis: string;
  readonly setting: Conditions & { readonly fault: string; readonly pace: string };
  readonly seed: number;
  readonly faultVerified: boolean;
  readonly target: string;
  /** Of the usual load; null where the scenario sets a load of its own, and 100 where it is left out. */
  readonly loadPct?: number | null | undefined;
  readonly lagMsMax: number;
  readonly versions: Readonly<Record<string, string>>;
}

export function identity(drilled: Identified) {
  const { fault, pace, without, deny, control } = drilled.setting;
  return {
    scenario: drilled.scenario.name,
    tier: drilled.scenario.tier,
    fault,
    pace,
    seed: drilled.seed,
    without,
    deny: deny ? denyText(deny) : null,
    control,
    hypothesis: drilled.hypothesis,
    fault_verified: drilled.faultVerified,
    target: drilled.target,
    load_pct: drilled.loadPct === undefined ? 100 : drilled.loadPct,
    generator_lag_ms_max: round(drilled.lagMsMax),
    versions: drilled.versions,
  };
}

/** A request as far as every drill counts it. */
export type Counted = Asked & { readonly kind: 'read' | 'write'; readonly code: string | null };

/** What users saw before the fault and after it. */
export function traffic(
  samples: readonly Counted[],
  { faultAt, endedAt }: { readonly faultAt: number; readonly endedAt: number },
) {
  const before = samples.filter((s) => s.scheduledAt < faultAt && s.completedAt < faultAt);
  const after = samples.filter((s) => s.completedAt >= faultAt);
  const reads = after.filter(isRead);
  const failures = after.filter(failed);
  return {
    requests: samples.length,
    failed: failures.length,
    failed_reads: failures.filter(isRead).length,
    failed_writes: failures.filter((s) => s.kind === 'write').length,
    refused: after.filter((s) => s.refused).length,
    failure_codes: countBy(failures.map((s) => s.code ?? 'unknown')),
    p50_ms: latencyMs(after, 50),
    p99_ms: latencyMs(after, 99),
    pre_p50_ms: latencyMs(before, 50),
    pre_p99_ms: latencyMs(before, 99),
    reads_p99_ms: latencyMs(reads, 99),
    pre_reads_p99_ms: latencyMs(before.filter(isRead), 99),
    bad_until_ms: badUntilMs(after, faultAt),
    worst_10s_failed_pct: worst10sFailedPct(reads, faultAt, endedAt),
    failed_after_10s: failures.filter((s) => s.scheduledAt >= faultAt + 10_000).length,
  };
}

/** A rule of a hypothesis about any kind of line. */
export interface Rule<Line> {
  /** As it is printed when it does not hold. */
  readonly rule: string;
  /** A null that it depends on never holds. */
  holds(line: Line): boolean;
}

/** What of the hypothesis does not hold, and so whether it holds. */
export function judge<Line extends DrillLine>(
  line: Line,
  expectations: readonly Rule<Line>[],
): Pick<DrillLine, 'held' | 'not_held'> {
  const broken = [
    ...expectations.filter((expectation) => !expectation.holds(line)).map(({ rule }) => rule),
    ...(line.deny === null ? line.denied.map(denialText) : []),
  ];
  return { held: broken.length === 0 && line.fault_verified, not_held: broken };
}

/** A role that lacks a right is a defect of ours, whatever else held: unless the API was taken away on purpose. */
function denialText({ function: name, action, resource }: DrillLine['denied'][number]): string {
  return `AccessDenied: ${name} may not ${action} on ${resource}`;
}

function isRead({ kind }: Counted): boolean {
  return kind === 'read';
}
