import type { MetricGroup, MetricValue } from '../../core/ports/index.ts';
import type { Failure } from '../../core/failures.ts';
import type { Sample, Verdict } from '../../core/state/items.ts';
import { DIMENSION } from '../shared/contract.ts';
import { METRIC } from './contract.ts';

export interface SweepSeen {
  readonly env: string;
  readonly az: string;
  readonly verdicts: readonly Verdict[];
  readonly blind: boolean;
  readonly samples: readonly Sample[];
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

/**
 * The one line of a sweep. A line has one value for each dimension, so it carries one member: failed members
 * and all members take turns, sweep by sweep. A blind prober reports no member: it has not seen any (I-30).
 */
export function sweepMetrics(seen: SweepSeen): readonly MetricGroup[] {
  const { env, az, blind } = seen;
  const prober: MetricGroup = {
    dimensions: { [DIMENSION.env]: env, [DIMENSION.az]: az },
    values: [
      { name: METRIC.sweeps, value: 1, unit: 'Count' },
      { name: METRIC.blind, value: blind ? 1 : 0, unit: 'Count' },
    ],
  };
  const member = blind ? null : turnOf(seen);
  if (member === null) return [prober];
  return [
    prober,
    {
      dimensions: { [DIMENSION.env]: env, [DIMENSION.member]: member.memberId },
      values: valuesOf(member, seen),
    },
  ];
}

/**
 * As `sweepMetrics`, of the shards, one failed shard a line; nothing while all is well. The alarm takes missing data
 * for no failure, and a metric that is not written costs nothing, nor does its line of the log.
 */
export function shardMetrics({
  env,
  az,
  verdicts,
  blind,
  sweep,
}: Omit<SweepSeen, 'samples'>): readonly MetricGroup[] {
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

/** Whose turn it is in this sweep: failed ones and all take turns. */
function turnOf({ verdicts, sweep }: Pick<SweepSeen, 'verdicts' | 'sweep'>): Verdict | null {
  const failed = verdicts.filter(({ failure }) => failure !== null);
  const turn = Math.floor(sweep / 2);
  const line = sweep % 2 === 0 && failed.length > 0 ? failed : verdicts;
  const index = failed.length > 0 ? turn : sweep;
  return line[index % Math.max(1, line.length)] ?? null;
}

function valuesOf(verdict: Verdict, { samples }: SweepSeen): readonly MetricValue[] {
  const values: MetricValue[] = MEMBER_FAILURES.map((failure) => ({
    name: failure,
    value: verdict.failure === failure ? 1 : 0,
    unit: 'Count',
  }));
  const lag = samples.find(({ memberId }) => memberId === verdict.memberId)?.lagMs ?? null;
  if (lag !== null) values.push({ name: METRIC.replicaLagMs, value: lag, unit: 'Milliseconds' });
  return values;
}
