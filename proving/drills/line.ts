/** Puts a drill's line together from what was measured. */

import { denyText } from './conditions.ts';
import { evidence, failoverCalledAt } from './measure/evidence.ts';
import type { Denial, DrillLine, Member, Records, Sample } from './model.ts';
import {
  badUntilMs,
  failed,
  latencyMs,
  longestGapMs,
  recoveredMs,
  round,
  worst10sFailedPct,
} from './measure/statistics.ts';
import type { ReadBack } from './checker.ts';
import type { Scenario, Setting } from './scenarios/index.ts';

export interface Measured {
  readonly scenario: Scenario;
  readonly setting: Setting;
  readonly seed: number;
  readonly victim: Member;
  /** Everything after the warm-up. */
  readonly samples: readonly Sample[];
  readonly faultAt: number;
  readonly endedAt: number;
  readonly faultVerified: boolean;
  readonly managedAt: number | null;
  readonly staleWriterWrites: number | null;
  readonly readBack: ReadBack;
  readonly records: Records | null;
  readonly denied: readonly Denial[];
  readonly lagMsMax: number;
  readonly versions: Readonly<Record<string, string>>;
}

export function toLine(measured: Measured): DrillLine {
  const { scenario, setting } = measured;
  const line: DrillLine = {
    ...identity(measured),
    ...traffic(measured),
    ...recovery(measured),
    held: false,
    not_held: [],
  };
  return { ...line, ...judge(line, scenario.expectations(setting)) };
}

/** A rule of a hypothesis about any kind of line. */
interface Rule<Line> {
  readonly rule: string;
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
function denialText({ function: name, action, resource }: Denial): string {
  return `AccessDenied: ${name} may not ${action} on ${resource}`;
}

function identity(m: Measured) {
  const { fault, pace, without, deny, control } = m.setting;
  return {
    scenario: m.scenario.name,
    tier: m.scenario.tier,
    fault,
    pace,
    seed: m.seed,
    without,
    deny: deny ? denyText(deny) : null,
    control,
    hypothesis: m.scenario.hypothesis(m.setting),
    fault_verified: m.faultVerified,
    target: m.victim.id,
    generator_lag_ms_max: round(m.lagMsMax),
    versions: m.versions,
  };
}

function traffic(m: Measured) {
  const before = m.samples.filter((s) => s.scheduledAt < m.faultAt && s.completedAt < m.faultAt);
  const after = m.samples.filter((s) => s.completedAt >= m.faultAt);
  const reads = after.filter((s) => s.kind === 'read');
  const failures = after.filter(failed);
  return {
    requests: m.samples.length,
    failed: failures.length,
    failed_reads: failures.filter((s) => s.kind === 'read').length,
    failed_writes: failures.filter((s) => s.kind === 'write').length,
    failed_idempotent: failures.filter((s) => s.kind === 'read').length,
    refused: after.filter((s) => s.refused).length,
    failure_codes: countBy(failures.map((s) => s.code ?? 'unknown')),
    wrong_reads: m.samples.filter((s) => s.wrong).length,
    stale_reads: staleReads(m.samples),
    p50_ms: latencyMs(after, 50),
    p99_ms: latencyMs(after, 99),
    pre_p50_ms: latencyMs(before, 50),
    pre_p99_ms: latencyMs(before, 99),
    reads_p99_ms: latencyMs(reads, 99),
    pre_reads_p99_ms: latencyMs(
      before.filter((s) => s.kind === 'read'),
      99,
    ),
    bad_until_ms: badUntilMs(after, m.faultAt),
    worst_10s_failed_pct: worst10sFailedPct(reads, m.faultAt, m.endedAt),
    failed_after_10s: failures.filter((s) => s.scheduledAt >= m.faultAt + 10_000).length,
  };
}

function staleReads(samples: readonly Sample[]): number | null {
  const answered = samples.filter((s) => s.own && s.ok);
  return answered.length === 0 ? null : answered.filter((s) => s.stale).length;
}

function countBy(codes: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const code of codes) counts[code] = (counts[code] ?? 0) + 1;
  return counts;
}

function recovery(m: Measured) {
  const decisive = m.samples.filter((s) => s.kind === m.scenario.measuredBy);
  const recovered = recoveredMs(decisive, m.faultAt);
  const managed = managedMs(m);
  return {
    longest_gap_ms: longestGapMs(decisive, m.faultAt, m.endedAt),
    recovered_ms: recovered,
    managed_ms: managed,
    added_ms: recovered === null || managed === null ? null : round(recovered - managed),
    acked_writes: m.readBack.acked,
    lost_acked_writes: m.readBack.lost,
    invented_writes: m.readBack.invented,
    duplicated: m.readBack.duplicated,
    stale_writer_writes: m.staleWriterWrites,
    ...evidence(m.records, {
      fault: m.setting.fault,
      memberId: m.victim.id,
      az: m.victim.az,
      faultAt: m.faultAt,
    }),
    denied: m.denied,
  };
}

/** A dead process is AWS's to see: its time counts from the fault. What AWS does not see counts from our call. */
function managedMs({ setting, managedAt, records, faultAt }: Measured): number | null {
  const from = setting.fault === 'kill' ? faultAt : failoverCalledAt(records, faultAt);
  return managedAt === null || from === null ? null : round(managedAt - from);
}
