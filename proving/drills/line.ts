/** Puts a drill's line together from what was measured. */

import { identity, judge, traffic } from './line-parts.ts';
import { evidence, failoverCalledAt } from './measure/evidence.ts';
import { longestGapMs, recoveredMs, round } from './measure/statistics.ts';
import type { Denial, DrillLine, Member, Records, Sample } from './model.ts';
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
  readonly loadPct?: number | null | undefined;
  readonly lagMsMax: number;
  readonly versions: Readonly<Record<string, string>>;
}

export function toLine(measured: Measured): DrillLine {
  const { scenario, setting } = measured;
  const line: DrillLine = {
    ...identity({ ...measured, target: measured.victim.id, hypothesis: scenario.hypothesis(setting) }),
    ...ofMembers(measured),
    ...recovery(measured),
    held: false,
    not_held: [],
  };
  return { ...line, ...judge(line, scenario.expectations(setting)) };
}

function ofMembers({ samples, faultAt, endedAt }: Measured) {
  const seen = traffic(samples, { faultAt, endedAt });
  return {
    ...seen,
    failed_idempotent: seen.failed_reads,
    wrong_reads: samples.filter((s) => s.wrong).length,
    stale_reads: staleReads(samples),
  };
}

function staleReads(samples: readonly Sample[]): number | null {
  const answered = samples.filter((s) => s.own && s.ok);
  return answered.length === 0 ? null : answered.filter((s) => s.stale).length;
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
