/** A cache drill's line for people. */

import { conditionsText, verdictText } from '../text.ts';
import type { CacheLine } from './model.ts';

export function toCacheText(line: CacheLine): string {
  const value = (measured: number | null, unit = ''): string =>
    measured === null ? 'not measured' : `${measured}${unit}`;
  const ms = (measured: number | null): string => value(measured, ' ms');
  const pct = (measured: number | null): string => value(measured, ' %');
  const sources = Object.entries(line.reads_by_source).map(([name, count]) => `${count} ${name}`);
  return [
    `${line.scenario}, ${line.fault} of ${line.target}${conditionsText(line)}: ${verdictText(line)}`,
    `  ${line.failed} of ${line.requests} requests failed: ${line.failed_reads} reads, ${line.failed_writes} writes; ${line.refused} were turned away`,
    ...Object.entries(line.failure_codes).map(([code, n]) => `  ${n} failed with ${code}`),
    `  ${line.wrong_reads} reads older than an acknowledged write; ${value(line.stale_answers_at_end)} answers and ${value(line.stale_entries_at_end)} entries older than the database at the end`,
    `  ${value(line.acked_writes)} writes acknowledged, ${value(line.lost_acked_writes)} lost, ${value(line.invented_writes)} invented`,
    `  ${value(line.rehashed_keys)} keys on shards where they do not belong; ${value(line.unexplained_misses_other_shards)} unexplained misses of other shards`,
    `  answered without the database: ${pct(line.hit_pct_before)} before, ${pct(line.hit_pct_during)} during (other shards ${pct(line.hit_pct_other_shards_during)}), ${pct(line.hit_pct_after)} at the end`,
    `  reads since the fault: ${sources.join(', ')}`,
    `  ${value(line.max_fills_in_flight_per_key)} loads of one key at once; ${value(line.db_reads_per_s_max)} loads a second at most, ${value(line.db_read_budget)} allowed`,
    `  ${value(line.keys_changed_while_away)} keys changed while the shard was away, ${value(line.stale_on_shard_at_return)} of them old on it at its return; it served again after ${ms(line.serves_again_ms)}`,
    `  reads p99 ${ms(line.pre_reads_p99_ms)} before, ${ms(line.first_second_p99_ms)} in the first second, ${ms(line.later_reads_p99_ms)} later; a shard is waited for ${ms(line.command_timeout_ms)}`,
    ...line.denied.map((d) => `  refused: ${d.function} ${d.action} on ${d.resource}`),
    `  Hypothesis: ${line.hypothesis}`,
  ].join('\n');
}
