/** One sweep of one prober over the shards. */

import type { Assessment } from '../../database/assess.ts';
import {
  judgeReach,
  NO_REACH_MEMORY,
  recallReach,
  type ReachMemory,
  type ReachVerdict,
} from '../../database/reach-sweep.ts';
import { isUnseen } from '../../database/signals.ts';
import type { ShardSample } from '../../state/cache-items.ts';
import type { Reach } from '../../state/items.ts';
import type { CacheThresholds } from '../../thresholds/cache.ts';

export type ShardProberMemory = ReachMemory;
export const NO_SHARD_MEMORY = NO_REACH_MEMORY;

export interface ShardSweep {
  readonly samples: readonly ShardSample[];
  /** How far the prober's newest probes of the database's members got. */
  readonly others: readonly Reach[];
  readonly thresholds: CacheThresholds;
  readonly now: number;
}

export type ShardSweepVerdict = ReachVerdict;

export function judgeShardSweep(before: ShardProberMemory, sweep: ShardSweep): ShardSweepVerdict {
  const { thresholds, ...seen } = sweep;
  const rules = {
    'fail-samples': thresholds['unreachable-samples'],
    'recover-samples': thresholds['healthy-samples'],
  };
  return judgeReach(before, { ...seen, rules, assess: assessShard });
}

/** What a prober that takes over knows from its predecessor's last observation. */
export const recallShards = recallReach;

/** An answer that is an error proves life: it ends a run of bad samples and is no step towards recovery. */
export function assessShard(reach: Reach): Assessment {
  if (isUnseen(reach)) return { health: 'bad', failure: 'shard-unreachable' };
  return reach === 'ok' ? { health: 'good' } : { health: 'load' };
}
