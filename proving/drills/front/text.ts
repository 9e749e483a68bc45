/** A front drill's line for people. */

import { conditionsText, sightingText, verdictText } from '../text.ts';
import type { FrontLine } from './model.ts';

export function toFrontText(line: FrontLine): string {
  const value = (measured: number | null, unit = ''): string =>
    measured === null ? 'not measured' : `${measured}${unit}`;
  const ms = (measured: number | null): string => value(measured, ' ms');
  const failed = `${line.failed} of ${line.requests} requests failed`;
  const [lost, twice] = [value(line.lost_acked_writes), value(line.duplicated)];
  const version = `${value(line.new_version_pct, ' %')} of the tasks run the new version`;
  return [
    `${line.scenario}, ${line.fault} of ${line.target}${conditionsText(line)}: ${verdictText(line)}`,
    `  ${failed}: ${line.failed_reads} reads, ${line.failed_writes} writes; at worst ${value(line.worst_10s_failed_pct)} % of the reads in 10 s`,
    `  first answers that failed: ${line.balancer_failed}; without our functions ${value(line.control_failed)}`,
    ...Object.entries(line.failure_codes).map(([code, n]) => `  ${n} failed with ${code}`),
    `  ${value(line.acked_writes)} writes acknowledged, ${lost} lost, ${twice} done twice`,
    `  bad until ${ms(line.bad_until_ms)} (writes ${ms(line.writes_bad_until_ms)}), normal after ${ms(line.normal_after_ms)}, recovered ${ms(line.recovered_ms)}, managed ${ms(line.managed_ms)}`,
    `  p99 ${ms(line.pre_p99_ms)} before, ${ms(line.p99_ms)} after; ${line.control_plane_calls} changes by the Route 53 API`,
    ...(line.completed === null
      ? []
      : [`  ${line.completed ? 'completed' : `rolled back: ${line.reason ?? ''}`}; ${version}`]),
    ...sightingText(line),
    ...line.denied.map((d) => `  refused: ${d.function} ${d.action} on ${d.resource}`),
    `  Hypothesis: ${line.hypothesis}`,
  ].join('\n');
}
