/** The closing line of several runs: the worst value of each field, held and verified only if in every run. */

import type { DrillLine } from './model.ts';

export type WorstLine<Line extends DrillLine = DrillLine> = Line & {
  readonly runs: number;
  readonly runs_held: number;
};

/** Fields where less is worse; of every other number, more is worse. */
const LESS_IS_WORSE: ReadonlySet<string> = new Set([
  'requests',
  'acked_writes',
  'pre_p50_ms',
  'pre_p99_ms',
  'pre_reads_p99_ms',
  'good_requests',
  'good_control_p99_ms',
  'refused_control_p99_ms',
  'within_refused_control_pct',
  'flood_quota_share',
  'goodput_at_10x',
  'peak_goodput',
  'whole_users_pct',
  'goodput_of_capacity_pct',
  'attempts_per_request',
  'leases_renewed',
  'hit_pct_before',
  'hit_pct_during',
  'hit_pct_other_shards_during',
  'hit_pct_after',
  'db_read_budget',
  'keys_changed_while_away',
  'stale_on_shard_at_return',
  'control_failed',
  'new_version_pct',
]);

/** Rates by name: the least of each. */
const LEAST_OF_EACH: ReadonlySet<string> = new Set(['goodput_by_phase', 'goodput_by_class']);
type Rates = Readonly<Record<string, number>> | null;
/** Counts by name: of all runs together. */
const SUM_OF_EACH: ReadonlySet<string> = new Set(['failure_codes', 'reads_by_source']);

export function worstOf<Line extends DrillLine>(lines: readonly Line[]): WorstLine<Line> {
  const first = lines[0]!;
  const entries = Object.keys(first).map((key) => [key, worstField(lines, key as keyof Line)]);
  return {
    ...first,
    ...(Object.fromEntries(entries) as Partial<Line>),
    held: lines.every((line) => line.held),
    fault_verified: lines.every((line) => line.fault_verified),
    not_held: [...new Set(lines.flatMap((line) => line.not_held))],
    actions: lines.flatMap((line) => line.actions),
    denied: lines.flatMap((line) => line.denied),
    runs: lines.length,
    runs_held: lines.filter((line) => line.held).length,
  };
}

function summed(all: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const [code, count] of all.flatMap((counts) => Object.entries(counts)))
    sums[code] = (sums[code] ?? 0) + count;
  return sums;
}

function leastOfEach(all: readonly Rates[]): Rates {
  if (all.some((rates) => rates === null)) return null;
  const least: Record<string, number> = {};
  for (const [name, rate] of all.flatMap((rates) => Object.entries(rates ?? {})))
    least[name] = Math.min(least[name] ?? rate, rate);
  return least;
}

/** Null where any run measured nothing: a worst value that leaves a run out would be a claim. */
function worstField<Line>(lines: readonly Line[], key: keyof Line): unknown {
  const values = lines.map((line) => line[key]);
  if (LEAST_OF_EACH.has(String(key))) return leastOfEach(values as readonly Rates[]);
  if (SUM_OF_EACH.has(String(key))) return summed(values as readonly Readonly<Record<string, number>>[]);
  if (values.some((value) => value === null)) return null;
  if (!values.every((value) => typeof value === 'number')) return values[0];
  return LESS_IS_WORSE.has(String(key)) ? Math.min(...values) : Math.max(...values);
}
