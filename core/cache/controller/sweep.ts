/**
 * One sweep of one prober over the shards: samples in, verdicts out, by the same hysteresis as the members of the
 * database. A prober that fails on more than half of all its targets, the database's members among them, is blind.
 */

import type { Assessment } from '../../database/assess.ts';
import { countSample, fromVerdict, newMember, type MemberMemory } from '../../database/hysteresis.ts';
import { isUnseen } from '../../database/signals.ts';
import { failsOnMost, sight } from '../../database/sweep.ts';
import type { CacheObservationItem, ShardSample } from '../../state/cache-items.ts';
import type { Reach, Verdict } from '../../state/items.ts';
import type { CacheThresholds } from '../../thresholds/cache.ts';

export interface ShardProberMemory {
  readonly members: Readonly<Record<string, MemberMemory>>;
  readonly blind: boolean;
  /** Sweeps in a row that saw enough, while still called blind. */
  readonly clear: number;
}

export const NO_SHARD_MEMORY: ShardProberMemory = { members: {}, blind: false, clear: 0 };

export interface ShardSweep {
  readonly samples: readonly ShardSample[];
  /** How far the prober's newest probes of the database's members got. */
  readonly others: readonly Reach[];
  readonly thresholds: CacheThresholds;
  readonly now: number;
}

export interface ShardSweepVerdict {
  readonly memory: ShardProberMemory;
  readonly verdicts: readonly Verdict[];
  readonly blind: boolean;
  /** A verdict or `blind` differs from the sweep before. */
  readonly changed: boolean;
}

export function judgeShardSweep(before: ShardProberMemory, sweep: ShardSweep): ShardSweepVerdict {
  const { samples, others, thresholds, now } = sweep;
  const rules = {
    'fail-samples': thresholds['unreachable-samples'],
    'recover-samples': thresholds['healthy-samples'],
  };
  const sees = !failsOnMost([...samples, ...others.map((reach) => ({ reach }))]);
  const members: Record<string, MemberMemory> = {};
  for (const { memberId, reach } of samples) {
    const known = before.members[memberId] ?? newMember(memberId, now);
    const isEvidence = sees || !isUnseen(reach);
    members[memberId] = isEvidence ? countSample(known, assessShard(reach), rules, now) : known;
  }
  const memory: ShardProberMemory = { members, ...sight(before, sees, rules) };
  const verdicts = Object.values(members).map((member) => member.verdict);
  const changed = before.blind !== memory.blind || verdicts.some((verdict) => differs(before, verdict));
  return { memory, verdicts, blind: memory.blind, changed };
}

/** What a prober that takes over knows from its predecessor's last observation. */
export function recallShards(item: CacheObservationItem): ShardProberMemory {
  const members = Object.fromEntries(item.verdicts.map((v) => [v.memberId, fromVerdict(v)]));
  return { members, blind: item.blind, clear: 0 };
}

/** An answer that is an error proves life: it ends a run of bad samples and is no step towards recovery. */
export function assessShard(reach: Reach): Assessment {
  if (isUnseen(reach)) return { health: 'bad', failure: 'shard-unreachable' };
  return reach === 'ok' ? { health: 'good' } : { health: 'load' };
}

function differs(before: ShardProberMemory, { memberId, failure }: Verdict): boolean {
  return (before.members[memberId]?.verdict.failure ?? null) !== failure;
}
