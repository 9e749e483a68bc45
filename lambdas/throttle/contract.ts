/**
 * Names shared by the throttle function and the stack that deploys it.
 *
 * DynamoDB requests of one run that plans `a` applications with `r` resources, where `i` instances have reported
 * since their last lease:
 * - state table: 2 writes (lease taken and given back) and 1 + 2a + r reads (thresholds, two pause switches, quotas);
 * - throttle table: 2a queries (all demand and all lease items of an application) and r reads (plans);
 *   r + i writes (plans and leases), none where nothing is due.
 *
 * A run is caused by reports: each instance makes one every `report-ms` and resource, and those of one batching
 * window of 2 s share a run. So one instance alone causes 6 runs a minute, and any number of them at most 30 a shard
 * of the stream. An instance itself writes one demand item every 10 s and reads its lease once or twice.
 * An item of 10 callers is below 1 KB, one of 200 callers below 8 KB.
 */

import { THROTTLE_ENV } from '../shared/contract.ts';

export const FUNCTION = 'throttle';
export const TIMEOUT_S = 10;
/** One resource is planned by one run at a time. Batches of another shard wait. */
export const RESERVED_CONCURRENCY = 1;
/** Set beside the variables of every function (`ENV` of the shared contract). */
export const ENV = THROTTLE_ENV;
/** The stream of the throttle table wakes the function for items of these partitions, and for no others. */
export const STREAM_PARTITION_PREFIX = 'demand#';
/** How long reports are gathered before a run. */
export const BATCHING_WINDOW_S = 2;

/** Used when neither the control item nor the environment variable names a mode. */
export const MODE_DEFAULT = 'act';
/** Name of the controller's lease in the state table. */
export const LEASE = 'throttle';
/** The slowest request to the throttle table, all its tries together. */
export const REQUEST_TIMEOUT_MS = 2500;
/** Outlives the function's hard time-out plus the request time-out (I-07: 13 s > 10 s + 2.5 s). */
export const LEASE_MS = 13_000;

/** By environment and resource. */
export const METRIC = {
  /** What all instances want, in percent of the capacity. */
  wanted: 'throttle-wanted-percent',
  /** The most that may be in force at once after the plan, in percent of the capacity; while more is wanted than that. */
  inForce: 'throttle-in-force-percent',
  /** Instances that have reported of late; while more is wanted than the capacity. */
  instances: 'throttle-instances',
  /** Demand items that are not what a report looks like, and were dropped; where there are any. */
  refusedItems: 'throttle-refused-items',
} as const;
