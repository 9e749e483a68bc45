/** A drill's line for people. */

import type { DrillLine } from './model.ts';

export function toText(line: DrillLine): string {
  const ms = (value: number | null): string => (value === null ? 'not measured' : `${value} ms`);
  const count = (value: number | null): string => (value === null ? 'not measured' : String(value));
  const verdict = line.held
    ? 'HELD'
    : `NOT HELD (${[...line.not_held, ...(line.fault_verified ? [] : ['fault not verified'])].join('; ')})`;
  return [
    `${line.scenario}, ${line.fault} of ${line.target}: ${verdict}`,
    `  ${line.hypothesis}`,
    `  requests ${line.requests}, failed reads ${line.failed_reads}, failed writes ${line.failed_writes}, wrong reads ${line.wrong_reads}`,
    ...Object.entries(line.failure_codes).map(([code, n]) => `  failed with ${code}: ${n}`),
    `  acknowledged writes ${line.acked_writes}, lost ${count(line.lost_acked_writes)}, invented ${count(line.invented_writes)}`,
    `  reads p99 ${ms(line.pre_reads_p99_ms)} before, ${ms(line.reads_p99_ms)} after; longest gap ${ms(line.longest_gap_ms)}`,
    `  detected ${ms(line.detected_ms)}, decided ${ms(line.decided_ms)}, recovered ${ms(line.recovered_ms)}, managed ${ms(line.managed_ms)}, ours ${ms(line.added_ms)}`,
    ...line.actions.map((a) => `  ${a.at_ms} ms ${a.function} ${a.call} ${a.target}: ${a.reason}`),
  ].join('\n');
}
