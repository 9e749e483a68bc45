/**
 * Names shared by the cache's controller and the stack that deploys it.
 *
 * Woken every minute and by its alarms (`shard-unreachable`, `shard-quarantined`); the state table's stream has both
 * of its readers. It stands outside the VPC and reaches the rows of the shards through `cache-front`.
 *
 * Rights. State table: read everything; lease `cache-router`; put `ledger#<cacheLedgerId(env)>` and
 * `cache-shard#<env>`. `lambda:InvokeFunction` on cache-front. `elasticache:DescribeReplicationGroups` and
 * `elasticache:DescribeCacheClusters` on its groups and clusters; `elasticache:RebootCacheCluster` on the clusters of
 * the groups without automatic failover, and on no others. Never TestFailover.
 */

import { CACHE_ENV, RECOVERY_FAILED } from '../shared/contract.ts';

export const FUNCTION = 'cache-router';
export const TIMEOUT_S = 25;
export const RESERVED_CONCURRENCY = 1;

/**
 * Set beside `ENV.env`, `ENV.function`, `ENV.stateTable`, `ENV.zones` and `ENV.mode` of the shared contract. Shards,
 * copies and gutter as the applications are told them.
 */
export const ENV = {
  shards: CACHE_ENV.shards,
  copies: CACHE_ENV.copies,
  gutter: CACHE_ENV.gutter,
  /** Name or ARN of `cache-front`. */
  front: CACHE_ENV.front,
} as const;

/**
 * High resolution. `decisions` and `recoveryFailed` by environment, and written only where there are any; all others by
 * environment and shard, and written only while the shard serves no hits: the alarm takes missing data for no failure.
 */
export const METRIC = {
  /** 1 while the shard has served no hits for longer than `quarantined-ms`, 0 before that. */
  shardQuarantined: 'shard-quarantined',
  /** For how long it has served no hits, in ms. */
  shardQuarantinedMs: 'shard-quarantined-ms',
  decisions: 'cache-router-decisions',
  recoveryFailed: RECOVERY_FAILED,
} as const;

/** Used when neither the control item nor the environment variable names a mode. */
export const MODE_DEFAULT = 'act';
/** Name of the controller's lease. */
export const LEASE = 'cache-router';
/** Outlives the function's hard time-out plus the request time-out (I-07: 60 s > 25 s + 10 s). */
export const LEASE_MS = 60_000;
export const REQUEST_TIMEOUT_MS = 10_000;
