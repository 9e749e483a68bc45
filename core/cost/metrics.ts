/** Which custom metrics a quiet month has. CloudWatch bills each by the hours in which it is written. */

import type { CostResource } from './types.ts';

/**
 * Written while all is well. Every other metric of the kit is written while something is wrong, for a minute after, or
 * when something is done: in a quiet month for minutes, which no line counts.
 */
export const ALWAYS_WRITTEN = {
  /** By zone. */
  sweeps: 'prober-sweeps',
  /** By reader; the only one of them without an alarm. */
  lag: 'reader-lag-ms',
  /** By resource. */
  wanted: 'throttle-wanted-percent',
  edge: 'edge-healthy',
} as const;

const NAMES: readonly string[] = Object.values(ALWAYS_WRITTEN);
const WRITER = 1;

/** Those that an alarm of the list looks at, each once. */
export function watchedMetrics(alarms: readonly CostResource[]): number {
  const always = alarms.filter(({ Properties }) => NAMES.includes(String(Properties?.['MetricName'])));
  return new Set(always.map(({ Properties: p }) => JSON.stringify([p?.['MetricName'], p?.['Dimensions']])))
    .size;
}

/** The lag of each reader: of all members that have alarms, but one. */
export function lagMetrics(alarms: readonly CostResource[]): number {
  const members = new Set(alarms.flatMap(({ Properties }) => memberOf(Properties?.['Dimensions'])));
  return Math.max(0, members.size - WRITER);
}

function memberOf(dimensions: unknown): readonly string[] {
  if (!Array.isArray(dimensions)) return [];
  const all = dimensions as readonly { readonly Name?: unknown; readonly Value?: unknown }[];
  return all.filter(({ Name }) => Name === 'Member').map(({ Value }) => JSON.stringify(Value));
}
