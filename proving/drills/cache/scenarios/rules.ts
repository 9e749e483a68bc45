/** Rules that several hypotheses of the cache share. */

import { atMost, rulesFor } from '../../rules.ts';
import type { CacheLine } from '../model.ts';
import type { CacheExpectation } from '../types.ts';

export const { exactly, within, atLeast } = rulesFor<CacheLine>();

/** What must never happen, whatever is broken. */
export const NOTHING_WRONG: readonly CacheExpectation[] = [
  exactly('failed', 0),
  exactly('wrong_reads', 0),
  exactly('lost_acked_writes', 0),
  exactly('invented_writes', 0),
  exactly('rehashed_keys', 0),
  exactly('stale_entries_at_end', 0),
  exactly('stale_answers_at_end', 0),
];

/** What is missing is loaded by one at a time, and no faster than the database was given to. */
export const DATABASE_IS_SPARED: readonly CacheExpectation[] = [
  exactly('max_fills_in_flight_per_key', 1),
  {
    rule: 'db_reads_per_s_max <= db_read_budget',
    holds: ({ db_reads_per_s_max: most, db_read_budget: budget }) => budget !== null && atMost(most, budget),
  },
];

/** What the first reads of a shard that does not answer may take longer than the wait for it, in ms. */
const FIRST_ADDED_MS_MAX = 20;
/**
 * What reads of the other shards may notice: none of them waits for the dead one. The median shows whether most do, the
 * slowest percent whether any does; how slow that percent is otherwise is the machine's. Reads of the broken shard are
 * loads until it is back, which take longer than hits however well all goes: they are not compared with what was before.
 */
const OTHERS_RATIO_MAX = 2;
const OTHERS_ADDED_MS_MAX = 10;

export const READS_GO_ON: readonly CacheExpectation[] = [
  {
    rule: `first_second_p99_ms <= command_timeout_ms + ${FIRST_ADDED_MS_MAX}`,
    holds: ({ first_second_p99_ms: first, command_timeout_ms: timeout }) =>
      timeout !== null && atMost(first, timeout + FIRST_ADDED_MS_MAX),
  },
  {
    rule: `later_reads_p99_ms <= command_timeout_ms + ${FIRST_ADDED_MS_MAX}`,
    holds: ({ later_reads_p99_ms: later, command_timeout_ms: timeout }) =>
      timeout !== null && atMost(later, timeout + FIRST_ADDED_MS_MAX),
  },
  {
    rule: `other_shards_p50_ms <= ${OTHERS_RATIO_MAX} x pre_other_shards_p50_ms, or ${OTHERS_ADDED_MS_MAX} ms more`,
    holds: ({ other_shards_p50_ms: later, pre_other_shards_p50_ms: before }) =>
      before !== null && atMost(later, Math.max(OTHERS_RATIO_MAX * before, before + OTHERS_ADDED_MS_MAX)),
  },
  {
    rule: 'other_shards_p99_ms < command_timeout_ms',
    holds: ({ other_shards_p99_ms: later, command_timeout_ms: timeout }) =>
      timeout !== null && later !== null && later < timeout,
  },
];

/** From its return until a shard serves again: it is tried with a back-off, opened after a while, and cold first. */
const SERVES_AGAIN_MS_MAX = 15_000;

export const COMES_BACK: CacheExpectation = within('serves_again_ms', SERVES_AGAIN_MS_MAX);
