export { awayMax, groupsToDescribe, planCache, type PlanCacheOptions } from './plan.ts';
export { CLIENTS_FIRST_MS, READMIT_PAUSE_MS } from './quarantine.ts';
export { REFUSED_PAUSE_MS } from './reboot.ts';
export {
  actionOf,
  FRONT_CALL,
  intendCacheCall,
  type NewCacheRecovery,
  openCacheRecovery,
  REBOOT_CALL,
  REBOOT_CALLS_MAX,
  rebootedAt,
  targetOf,
  callOf,
} from './record.ts';
export {
  type CacheReview,
  REBOOT_LATE_MS,
  REBOOT_SETTLE_MS,
  RECOVERY_GIVEN_UP_MS,
  reviewCacheRecovery,
} from './review.ts';
export {
  assessShard,
  judgeShardSweep,
  NO_SHARD_MEMORY,
  recallShards,
  type ShardProberMemory,
  type ShardSweep,
  type ShardSweepVerdict,
} from './sweep.ts';
export type * from './types.ts';
export { evidenceOfVotes, quorumOf, shardVotes, type ShardVotes, votingOf } from './votes.ts';
