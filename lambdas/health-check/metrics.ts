import type { MetricGroup, MetricValue } from '../../core/ports/index.ts';
import type { Failure } from '../../core/failures.ts';
import type { Sample, Verdict } from '../../core/state/items.ts';
import { DIMENSION } from '../shared/contract.ts';
import { METRIC } from './contract.ts';

interface Seen {
  readonly env: string;
  readonly az: string;
  readonly verdicts: readonly Verdict[];
  readonly blind: boolean;
}

export interface SweepSeen extends Seen {
  readonly samples: readonly Sample[];
  /** Sweeps that the line tells of: those since the line before. */
  readonly sweeps: number;
  /** Lines before this one: members take turns by it. */
  readonly line: number;
  readonly now: number;
}

export interface ShardsSeen extends Seen {
  readonly sweep: number;
}

const MEMBER_FAILURES: readonly Failure[] = [
  METRIC.readerUnreachable,
  METRIC.readerBroken,
  METRIC.readerLagging,
  METRIC.writerUnreachable,
  METRIC.writerReadOnly,
  METRIC.writerStalled,
];

/** A member that is well again is told of for so long, so that its alarm sees that: its periods, and as long again. */
export const SETTLED_MS = 60_000;

/** Whether a sweep has something to tell at once: a failure, one that has just ended, or that the prober is blind. */
export function isTelling({ verdicts, blind, now }: Pick<SweepSeen, 'verdicts' | 'blind' | 'now'>): boolean {
  return blind || unsettled(verdicts, now).length > 0;
}

/**
 * One line. It has one value for each dimension, so it carries one member: those with something to tell take turns, and
 * where there are none the readers do, each with its lag. A metric costs by the hours in which it is written: failures
 * are written while they stand, and for a minute after. A blind prober reports no member: it has not seen any (I-30).
 */
export function sweepMetrics(seen: SweepSeen): readonly MetricGroup[] {
  const { env, az, blind, sweeps } = seen;
  const prober: MetricGroup = {
    dimensions: { [DIMENSION.env]: env, [DIMENSION.az]: az },
    values: [
      { name: METRIC.sweeps, value: sweeps, unit: 'Count' },
      ...(blind ? [{ name: METRIC.blind, value: 1, unit: 'Count' } as const] : []),
    ],
  };
  const member = blind ? null : memberOf(seen);
  if (member === null) return [prober];
  return [prober, { ...member, dimensions: { [DIMENSION.env]: env, ...member.dimensions } }];
}

/**
 * As `sweepMetrics`, of the shards, one failed shard a line; nothing while all is well. The alarm takes missing data
 * for no failure, and a metric that is not written costs nothing, nor does its line of the log.
 */
export function shardMetrics({ env, az, verdicts, blind, sweep }: ShardsSeen): readonly MetricGroup[] {
  if (blind) {
    const dimensions = { [DIMENSION.env]: env, [DIMENSION.az]: az };
    return [{ dimensions, values: [{ name: METRIC.blindToShards, value: 1, unit: 'Count' }] }];
  }
  const failed = verdicts.filter(({ failure }) => failure === METRIC.shardUnreachable);
  const shard = failed[sweep % Math.max(1, failed.length)];
  if (shard === undefined) return [];
  const dimensions = { [DIMENSION.env]: env, [DIMENSION.shard]: shard.memberId };
  return [{ dimensions, values: [{ name: METRIC.shardUnreachable, value: 1, unit: 'Count' }] }];
}

/** The member whose turn it is, with what is to be told of it; null where there is nothing of any. */
function memberOf({ verdicts, samples, line, now }: SweepSeen): MetricGroup | null {
  const verdict = turnOf(unsettled(verdicts, now), line);
  const lags = samples.filter(({ lagMs }) => lagMs !== null);
  const memberId = verdict?.memberId ?? lags[line % Math.max(1, lags.length)]?.memberId;
  if (memberId === undefined) return null;
  const lagMs = lags.find((sample) => sample.memberId === memberId)?.lagMs ?? null;
  return {
    dimensions: { [DIMENSION.member]: memberId },
    values: [
      ...(verdict === undefined ? [] : failuresOf(verdict)),
      ...(lagMs === null ? [] : [{ name: METRIC.replicaLagMs, value: lagMs, unit: 'Milliseconds' } as const]),
    ],
  };
}

/** Failed ones, and all that have something to tell, take turns. */
function turnOf(telling: readonly Verdict[], line: number): Verdict | undefined {
  const failed = telling.filter(({ failure }) => failure !== null);
  if (failed.length === 0) return telling[line % Math.max(1, telling.length)];
  const these = line % 2 === 0 ? failed : telling;
  return these[Math.floor(line / 2) % these.length];
}

function unsettled(verdicts: readonly Verdict[], now: number): readonly Verdict[] {
  return verdicts.filter(({ failure, since }) => failure !== null || now - since < SETTLED_MS);
}

function failuresOf(verdict: Verdict): readonly MetricValue[] {
  return MEMBER_FAILURES.map((name) => ({ name, value: verdict.failure === name ? 1 : 0, unit: 'Count' }));
}
