/** A cache drill's line for people. */

import { conditionsText, sightingText, verdictText } from '../text.ts';
import type { CacheLine } from './model.ts';

export function toCacheText(line: CacheLine): string {
  const value = (measured: number | null, unit = ''): string =>
    measured === null ? 'not measured' : `${measured}${unit}`;
  const ms = (measured: number | null): string => value(measured, ' ms');
  const pct = (measured: number | null): string => value(measured, ' %');
  const sources = Object.entries(line.reads_by_source).map(([name, count]) => `${count} ${name}`);
  const reads = `reads p99 ${ms(line.pre_reads_p99_ms)} before, ${ms(line.first_second_p99_ms)} in the first second`;
  const hits = `${pct(line.hit_pct_before)} before, ${pct(line.hit_pct_during)} during`;
  const old = `${value(line.stale_answers_at_end)} answers and ${value(line.stale_entries_at_end)} entries`;
  const [lost, invented] = [value(line.lost_acked_writes), value(line.invented_writes)];
  const failed = `${line.failed} of ${line.requests} requests failed`;
  const loads = `${value(line.db_reads_per_s_max)} a second at most, ${value(line.db_read_budget)} allowed`;
  const changed = `${value(line.keys_changed_while_away)} keys changed while the shard was away`;
  return [
    `${line.scenario}, ${line.fault} of ${line.target}${conditionsText(line)}: ${verdictText(line)}`,
    `  ${failed}: ${line.failed_reads} reads, ${line.failed_writes} writes; ${line.refused} were turned away`,
    ...Object.entries(line.failure_codes).map(([code, n]) => `  ${n} failed with ${code}`),
    `  ${line.wrong_reads} reads older than an acknowledged write; at the end ${old} are`,
    `  ${value(line.acked_writes)} writes acknowledged, ${lost} lost, ${invented} invented`,
    `  ${value(line.rehashed_keys)} keys on shards where they do not belong`,
    `  answered without the database: ${hits} (other shards ${pct(line.hit_pct_other_shards_during)}), ${pct(line.hit_pct_after)} at the end`,
    `  ${value(line.unexplained_misses_other_shards)} unexplained misses of other shards; reads since the fault: ${sources.join(', ')}`,
    `  loads: ${value(line.max_fills_in_flight_per_key)} of one key at once; ${loads}`,
    `  ${changed}, ${value(line.stale_on_shard_at_return)} old on it at its return; it served again after ${ms(line.serves_again_ms)}`,
    `  ${reads}, ${ms(line.later_reads_p99_ms)} later; a shard is waited for ${ms(line.command_timeout_ms)}`,
    `  of other shards p50 ${ms(line.pre_other_shards_p50_ms)} before, ${ms(line.other_shards_p50_ms)} later; p99 ${ms(line.pre_other_shards_p99_ms)} and ${ms(line.other_shards_p99_ms)}`,
    ...sightingText(line),
    ...line.denied.map((d) => `  refused: ${d.function} ${d.action} on ${d.resource}`),
    `  Hypothesis: ${line.hypothesis}`,
  ].join('\n');
}
