/** A drill's line for people. */

import type { DrillLine } from './model.ts';

export function toText(line: DrillLine): string {
  const ms = (value: number | null): string => (value === null ? 'not measured' : `${value} ms`);
  const count = (value: number | null): string => (value === null ? 'not measured' : String(value));
  const failedPct = line.requests === 0 ? 0 : (100 * line.failed) / line.requests;
  return [
    `${line.scenario}, ${line.fault} of ${line.target}${conditionsText(line)}: ${verdictText(line)}`,
    `  ${line.failed} of ${line.requests} requests failed (${failedPct.toFixed(2)} %): ${line.failed_reads} reads, ${line.failed_writes} writes`,
    `  ${line.acked_writes} writes acknowledged, ${count(line.lost_acked_writes)} lost, ${count(line.invented_writes)} invented, ${count(line.stale_writer_writes)} accepted by an old writer`,
    `  ${line.wrong_reads} wrong reads, ${count(line.stale_reads)} stale reads of one's own write`,
    `  ${count(line.promotions)} promotions, ${count(line.removed)} readers removed`,
    ...Object.entries(line.failure_codes).map(([code, n]) => `  ${n} failed with ${code}`),
    `  reads p99 ${ms(line.pre_reads_p99_ms)} before, ${ms(line.reads_p99_ms)} after; longest gap ${ms(line.longest_gap_ms)}`,
    `  detected ${ms(line.detected_ms)}, decided ${ms(line.decided_ms)}, recovered ${ms(line.recovered_ms)}, managed ${ms(line.managed_ms)}, ours ${ms(line.added_ms)}`,
    ...actionsText(line),
    ...line.denied.map((d) => `  refused: ${d.function} ${d.action} on ${d.resource}`),
    `  Hypothesis: ${line.hypothesis}`,
  ].join('\n');
}

export function verdictText({ held, not_held, fault_verified }: DrillLine): string {
  if (held) return 'HELD';
  return `NOT HELD (${[...not_held, ...(fault_verified ? [] : ['fault not verified'])].join('; ')})`;
}

export function conditionsText(line: DrillLine): string {
  const parts = [
    ...(line.without === null ? [] : [`without ${line.without}`]),
    ...(line.deny === null ? [] : [`${line.deny} denied`]),
    ...(line.control ? ['plain clients'] : []),
  ];
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`;
}

export function actionsText({ actions }: DrillLine): readonly string[] {
  return actions.map((a) => `  ${a.at_ms} ms ${a.function} ${a.call} ${a.target}: ${a.reason}`);
}

/** What the control plane saw, decided and did. */
export function sightingText(line: DrillLine): readonly string[] {
  const ms = (value: number | null): string => (value === null ? 'not measured' : `${value} ms`);
  return [`  detected ${ms(line.detected_ms)}, decided ${ms(line.decided_ms)}`, ...actionsText(line)];
}
