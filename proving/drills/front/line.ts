/** Puts the line of a front drill together: the fields of every drill, and those of edge, web and service. */

import { identity, judge, traffic } from '../line-parts.ts';
import type { Sighting } from '../measure/evidence.ts';
import { normalAfterMs } from '../measure/goodput.ts';
import { badUntilMs, longestGapMs, recoveredMs, round, worst10sFailedPct } from '../measure/statistics.ts';
import type { Denial, Sample } from '../model.ts';
import type { FrontFields, FrontLine } from './model.ts';
import type { FrontRun, FrontScenario } from './types.ts';

export interface FrontMeasured {
  readonly scenario: FrontScenario;
  readonly run: FrontRun;
  readonly seed: number;
  readonly sighting: Sighting;
  readonly promotions: number | null;
  readonly removed: number | null;
  readonly denied: readonly Denial[];
  readonly loadPct?: number | null | undefined;
  readonly lagMsMax: number;
  readonly versions: Readonly<Record<string, string>>;
}

export function toFrontLine(measured: FrontMeasured): FrontLine {
  const { scenario, run, sighting } = measured;
  const { setting, target, faultVerified } = run;
  const line: FrontLine = {
    ...identity({ ...measured, setting, target, faultVerified, hypothesis: scenario.hypothesis(setting) }),
    ...ofUsers(run),
    ...ofData(run),
    ...ofFront(run),
    ...sighting,
    promotions: measured.promotions,
    removed: measured.removed,
    denied: measured.denied,
    stale_writer_writes: null,
    held: false,
    not_held: [],
  };
  return { ...line, ...judge(line, scenario.expectations(setting)) };
}

function ofUsers(run: FrontRun) {
  const { samples, faultAt, endedAt } = run;
  const seen = traffic(samples, { faultAt, endedAt });
  const recovered = recoveredMs(samples, faultAt);
  const managed = managedMs(run);
  const own = samples.filter((s) => s.own && s.ok);
  return {
    ...seen,
    // An order is sent once: no answer does not say that it was not taken.
    failed_idempotent: seen.failed_reads,
    wrong_reads: samples.filter((s) => s.wrong).length,
    stale_reads: own.length === 0 ? null : own.filter((s) => s.stale).length,
    longest_gap_ms: longestGapMs(samples, faultAt, endedAt),
    recovered_ms: recovered,
    managed_ms: managed,
    added_ms: recovered === null || managed === null ? null : round(recovered - managed),
  };
}

/** From the fault where AWS sees it by itself, else from our call; and what came before our call is no managed time. */
function managedMs({ managedAt, managedFrom, faultAt, setting }: FrontRun): number | null {
  if (managedAt === null || managedFrom === null) return null;
  return round(managedAt - (setting.fault === 'kill' ? faultAt : managedFrom));
}

function ofData({ readBack }: FrontRun) {
  return {
    acked_writes: readBack.acked,
    lost_acked_writes: readBack.lost,
    invented_writes: readBack.invented,
    duplicated: readBack.duplicated,
  };
}

function ofFront(run: FrontRun): FrontFields {
  const { samples, faultAt, endedAt, countedFrom, controlFailed, controlPlaneCalls, deployed } = run;
  const before = samples.filter((s) => s.scheduledAt < faultAt);
  const perS = (before.length * 1000) / Math.max(1, faultAt - countedFrom);
  const after = samples.filter((s) => s.completedAt >= faultAt);
  const writes = after.filter((s) => s.kind === 'write');
  const ofReaders = after.filter((s) => s.kind === 'read' && !s.catalog);
  return {
    balancer_failed: firstFailures(samples, faultAt),
    control_failed: controlFailed,
    control_plane_calls: controlPlaneCalls,
    normal_after_ms: normalAfterMs(samples, { from: faultAt, to: endedAt }, perS),
    writes_bad_until_ms: badUntilMs(writes, faultAt),
    reader_worst_10s_failed_pct: worst10sFailedPct(ofReaders, faultAt, endedAt),
    new_version_pct: run.newVersionPct,
    completed: deployed?.completed ?? null,
    reason: deployed?.reason ?? null,
  };
}

/** Requests that were under way at the fault or sent after it, and whose first answer was a failure. */
export function firstFailures(samples: readonly Sample[], faultAt: number): number {
  return samples.filter((s) => s.completedAt >= faultAt && s.firstFailed).length;
}
