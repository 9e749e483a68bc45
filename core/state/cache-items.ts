/** The items of the cache tier in the state table. Every `at` and `since` is epoch ms. */

import { CACHE_NAMES, type CacheName, type ShardState } from '../cache/protocol/index.ts';
import { datedKey, type Key } from './keys.ts';
import type { ReachedSample, ReachObservation } from './reach-observation.ts';

/** Which copy of the cache, as the ledger's column `cache` names it. */
export const CACHE_COPIES = CACHE_NAMES;
export type CacheCopy = CacheName;

/** One probe of one shard by one prober; known by the id of its replication group. */
export interface ShardSample extends ReachedSample {
  /** `run_id` of the process that answered; null when it could not be asked. */
  readonly runId: string | null;
}

/** What one prober saw of the shards, by the ids of the replication groups. The partition is its own. */
export type CacheObservationItem = ReachObservation<'cache-observation', ShardSample>;

/** One shard as cache-router last saw it. Its write is fenced by the epoch of the controller's lease. */
export interface CacheShardItem {
  readonly kind: 'cache-shard';
  readonly env: string;
  /** Id of its replication group. */
  readonly memberId: string;
  readonly cache: CacheCopy;
  readonly shard: number;
  /** The fencing token of the controller's lease. */
  readonly epoch: number;
  readonly at: number;
  /** The row of the application's database; null while that was never read. */
  readonly row: { readonly epoch: number; readonly state: ShardState } | null;
  /** Since when it serves no hits, as far as this function has seen; null while it serves. */
  readonly awaySince: number | null;
  /** What most zones say of it; null where too few speak. */
  readonly reachable: boolean | null;
}

export function cacheObservationPartition(az: string): string {
  return `cache-observation#${az}`;
}
export function cacheObservationKey(az: string, at: number): Key {
  return datedKey(cacheObservationPartition(az), at);
}

export function cacheShardPartition(env: string): string {
  return `cache-shard#${env}`;
}
export function cacheShardKey(env: string, memberId: string): Key {
  return { pk: cacheShardPartition(env), sk: memberId };
}

/** Stands for the cluster of a ledger partition: `ledgerPartition(cacheLedgerId(env))` holds the cache's recoveries. */
export function cacheLedgerId(env: string): string {
  return `${env}-cache`;
}
