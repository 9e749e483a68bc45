/** The items of the cache tier in the state table. Every `at` and `since` is epoch ms. */

import { CACHE_NAMES, type CacheName, type ShardState } from '../cache/protocol/index.ts';
import type { Reach, Verdict } from './items.ts';
import type { Key } from './keys.ts';

/** Which copy of the cache, as the ledger's column `cache` names it. */
export const CACHE_COPIES = CACHE_NAMES;
export type CacheCopy = CacheName;

/** One probe of one shard by one prober. */
export interface ShardSample {
  /** Id of its replication group. */
  readonly memberId: string;
  readonly at: number;
  readonly reach: Reach;
  /** `run_id` of the process that answered; null when it could not be asked. */
  readonly runId: string | null;
  /** Connect to answer, in ms; null when it did not answer. */
  readonly latencyMs: number | null;
}

/**
 * What one prober saw of the shards in its newest sweep. Written when a verdict changes and at least every few
 * seconds, so that it is always fresh evidence; the partition is the prober's own.
 */
export interface CacheObservationItem {
  readonly kind: 'cache-observation';
  readonly env: string;
  readonly az: string;
  readonly at: number;
  /** The fencing token of the prober's lease; a lower one than the newest seen is ignored. */
  readonly token: number;
  readonly sequence: number;
  readonly samples: readonly ShardSample[];
  /** By the ids of the replication groups. */
  readonly verdicts: readonly Verdict[];
  /** True when the prober cannot see more than half of all its targets, the database's members among them. */
  readonly blind: boolean;
  /** True when a verdict or `blind` differs from the sweep before. */
  readonly changed: boolean;
}

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
/** `sk` is the ISO time, so the newest sorts last. */
export function cacheObservationKey(az: string, at: number): Key {
  return { pk: cacheObservationPartition(az), sk: new Date(at).toISOString() };
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
