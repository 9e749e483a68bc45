/** A throttle drill's line for people. */

import { conditionsText, verdictText } from '../text.ts';
import type { ThrottleLine } from './model.ts';

export function toThrottleText(line: ThrottleLine): string {
  const value = (measured: number | null, unit = ''): string =>
    measured === null ? 'not measured' : `${measured}${unit}`;
  const ms = (measured: number | null): string => value(measured, ' ms');
  const list = (counts: Readonly<Record<string, number>>): string =>
    Object.entries(counts)
      .map(([name, count]) => `${name} ${count}`)
      .join(', ') || 'none';
  const all: readonly (readonly [measured: unknown, text: string])[] = [
    [
      line.good_requests,
      `${value(line.good_failed)} of ${value(line.good_requests)} requests of good callers failed or were refused; p99 ${ms(line.good_p99_ms)}, before ${ms(line.good_control_p99_ms)}`,
    ],
    [
      line.flood_share,
      `the flood was given ${value(line.flood_share)} of the capacity, its quota is ${value(line.flood_quota_share)}`,
    ],
    [
      line.peak_goodput,
      `goodput ${value(line.goodput_at_10x)}/s at ten times the capacity, ${value(line.peak_goodput)}/s at best`,
    ],
    [line.goodput_by_class, `by class: ${list(line.goodput_by_class ?? {})}`],
    [line.whole_users_pct, `${value(line.whole_users_pct)} % of the users stayed whole`],
    [line.normal_after_ms, `normal again after ${ms(line.normal_after_ms)}`],
    [
      line.goodput_of_capacity_pct,
      `goodput was ${value(line.goodput_of_capacity_pct)} % of what could be done`,
    ],
    [line.attempts_per_request, `${value(line.attempts_per_request)} attempts for each request`],
    [
      line.over_admitted_pct,
      `${value(line.over_admitted_pct)} % of the capacity admitted beyond it, later ${value(line.over_admitted_later_pct, ' %')}`,
    ],
    [
      line.within_refused_pct,
      `${value(line.within_refused_pct)} % refused of what was within its limit; a refusal took ${ms(line.refused_p99_ms)} at p99`,
    ],
    [line.leases_renewed, `${value(line.leases_renewed)} instances hold a lease again`],
    [line.quotas_in_force_ms, `quotas in force after ${ms(line.quotas_in_force_ms)}`],
  ];
  return [
    `${line.scenario}, ${line.fault} on ${line.target}${conditionsText(line)}: ${verdictText(line)}`,
    `  ${line.failed} of ${line.requests} requests failed, ${line.refused} were refused (${list(line.refusals)})`,
    ...Object.entries(line.failure_codes).map(([code, n]) => `  ${n} failed with ${code}`),
    `  goodput by phase: ${list(line.goodput_by_phase)}`,
    ...all.filter(([measured]) => measured !== null).map(([, text]) => `  ${text}`),
    `  ${value(line.restarts)} restarts; memory grew by ${value(line.rss_growth_mb, ' MB')}`,
    ...line.denied.map((d) => `  refused: ${d.function} ${d.action} on ${d.resource}`),
    `  Hypothesis: ${line.hypothesis}`,
  ].join('\n');
}
