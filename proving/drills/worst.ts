/** The closing line of several runs: the worst value of each field, held and verified only if in every run. */

import type { DrillLine } from './model.ts';

export interface WorstLine extends DrillLine {
  readonly runs: number;
  readonly runs_held: number;
}

/** Fields where less is worse; of every other number, more is worse. */
const LESS_IS_WORSE = new Set(['requests', 'acked_writes', 'pre_p50_ms', 'pre_p99_ms', 'pre_reads_p99_ms']);

export function worstOf(lines: readonly DrillLine[]): WorstLine {
  const first = lines[0]!;
  const entries = Object.keys(first).map((key) => [key, worstField(lines, key as keyof DrillLine)]);
  return {
    ...first,
    ...(Object.fromEntries(entries) as Partial<DrillLine>),
    held: lines.every((line) => line.held),
    fault_verified: lines.every((line) => line.fault_verified),
    not_held: [...new Set(lines.flatMap((line) => line.not_held))],
    actions: lines.flatMap((line) => line.actions),
    denied: lines.flatMap((line) => line.denied),
    failure_codes: summed(lines.map((line) => line.failure_codes)),
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

/** Null where any run measured nothing: a worst value that leaves a run out would be a claim. */
function worstField(lines: readonly DrillLine[], key: keyof DrillLine): unknown {
  const values = lines.map((line) => line[key]);
  if (values.some((value) => value === null)) return null;
  if (!values.every((value) => typeof value === 'number')) return values[0];
  return LESS_IS_WORSE.has(key) ? Math.min(...values) : Math.max(...values);
}
