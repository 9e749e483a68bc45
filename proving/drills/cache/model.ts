/** The words of a cache drill: what is read and written, where it came from, and what is counted. */

import type { DrillLine } from '../model.ts';

/** Where the application says that an answer came from (`x-cache`). A gutter stands in for a shard that is away. */
export const SOURCES = ['hit', 'gutter', 'stale', 'miss'] as const;
export type Source = (typeof SOURCES)[number];

/** One request of the load, as its sender saw it. Times are epoch ms with fractions. */
export interface CacheSample {
  readonly kind: 'read' | 'write';
  /** The product that was read or written. */
  readonly product: number;
  readonly scheduledAt: number;
  /** When the attempt was sent that was answered; of a write, when the first one was: it may have taken effect. */
  readonly sentAt: number;
  readonly completedAt: number;
  readonly ok: boolean;
  /** Turned away with a reason, to spare the database: neither a success nor a failure. */
  readonly refused: boolean;
  /** An answer about something else than what was asked for. */
  readonly wrong: boolean;
  /** Null for writes, and where the application did not say. */
  readonly source: Source | null;
  /** The version that was read, or that the write made; null without a success. */
  readonly version: number | null;
  /** HTTP status of the last answer; 0 when there was none. */
  readonly status: number;
  readonly code: string | null;
  /** Requests that were sent for it. */
  readonly attempts: number;
}

/**
 * What a cache drill counts on top of the fields of every drill. Null where it was not measured.
 *
 * - `rehashed_keys`: keys found on a shard where they do not belong, read directly while the fault stood and at the end.
 *   Of ours they belong where the documented slots say; of the control where they were before the fault.
 * - `hit_pct_before`, `hit_pct_during`: reads that were answered without the database (a hit, a gutter, a stale value).
 *   `hit_pct_other_shards_during`: of the keys of all shards that were not broken. During: from the fault until the
 *   shard was there again, or until the end where it was not. `hit_pct_after`: in the last seconds.
 * - `unexplained_misses_other_shards`: misses of keys of those shards which had been read before, with no write since,
 *   from the fault to the end. Nothing expires while a drill runs.
 * - `max_fills_in_flight_per_key`: by the trace in the application's own load, the worst of its instances.
 * - `db_reads_per_s_max`: from the fault to the end, by the same trace, all instances together. It counts what the
 *   cache loads, not the reads of anybody else.
 * - `db_read_budget`: loads a second that the application says all its instances may make together.
 * - `keys_changed_while_away`: products of the broken shards with a write that was sent and acknowledged between the
 *   fault and the return.
 * - `stale_on_shard_at_return`: of those shards' keys, the entries older than the newest acknowledged write, read
 *   directly by a plain client when the shard returned.
 * - `first_second_p99_ms`: of the reads scheduled in the second after the fault. `later_reads_p99_ms`: of the others.
 *   `other_shards_p50_ms`, `other_shards_p99_ms`: of those others, the reads of keys of shards that were not broken;
 *   `pre_other_shards_p50_ms`, `pre_other_shards_p99_ms`: of the same keys before the fault.
 * - `command_timeout_ms`: what the application says that it waits for a shard.
 * - `serves_again_ms`: from the return until a read of a broken shard's key was answered from it again.
 * - `stale_entries_at_end`: entries older than the newest acknowledged write, read directly on all shards, when nothing
 *   was written any more. `stale_answers_at_end`: answers of the application as old, then, to reads of all that changed.
 */
export interface CacheFields {
  readonly rehashed_keys: number | null;
  readonly hit_pct_before: number | null;
  readonly hit_pct_during: number | null;
  readonly hit_pct_other_shards_during: number | null;
  readonly hit_pct_after: number | null;
  readonly unexplained_misses_other_shards: number | null;
  readonly max_fills_in_flight_per_key: number | null;
  readonly db_reads_per_s_max: number | null;
  readonly db_read_budget: number | null;
  readonly keys_changed_while_away: number | null;
  readonly stale_on_shard_at_return: number | null;
  readonly first_second_p99_ms: number | null;
  readonly later_reads_p99_ms: number | null;
  readonly other_shards_p50_ms: number | null;
  readonly other_shards_p99_ms: number | null;
  readonly pre_other_shards_p50_ms: number | null;
  readonly pre_other_shards_p99_ms: number | null;
  readonly command_timeout_ms: number | null;
  readonly serves_again_ms: number | null;
  readonly stale_entries_at_end: number | null;
  readonly stale_answers_at_end: number | null;
  /** Reads after the fault by where they came from. */
  readonly reads_by_source: Readonly<Record<string, number>>;
}

export type CacheLine = DrillLine & CacheFields;
