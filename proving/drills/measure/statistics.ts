/** The numbers of a drill, computed from what its senders saw. Nothing here reads a clock. */

import type { Sample } from '../model.ts';

/** What every kind of load knows of a request. */
export type Asked = Pick<Sample, 'scheduledAt' | 'completedAt' | 'ok' | 'refused'>;

/** Nearest-rank percentile of the latencies, in ms; null without a success. */
export function latencyMs(samples: readonly Asked[], percentile: number): number | null {
  const sorted = samples
    .filter((s) => s.ok)
    .map((s) => s.completedAt - s.scheduledAt)
    .toSorted((a, b) => a - b);
  if (sorted.length === 0) return null;
  return round(sorted[Math.max(0, Math.ceil((percentile / 100) * sorted.length) - 1)]!);
}

/** Longest time without a success between `from` and `to`, both ends included, by time of completion. */
export function longestGapMs(samples: readonly Asked[], from: number, to: number): number | null {
  const successes = samples
    .filter((s) => s.ok && s.completedAt >= from && s.completedAt <= to)
    .map((s) => s.completedAt)
    .toSorted((a, b) => a - b);
  if (successes.length === 0) return null;
  const marks = [from, ...successes, to];
  return round(Math.max(...marks.slice(1).map((mark, i) => mark - marks[i]!)));
}

/** From the fault to the last request issued that failed or took over a second; 0 when there was none. */
export function badUntilMs(samples: readonly Asked[], faultAt: number): number {
  const bad = samples.filter((s) => failed(s) || s.completedAt - s.scheduledAt > 1000);
  return round(Math.max(0, ...bad.map((s) => s.scheduledAt - faultAt)));
}

/** The worst share of failures, in percent, over any 10 s window that starts at a whole second after the fault. */
export function worst10sFailedPct(samples: readonly Asked[], faultAt: number, until: number): number | null {
  if (samples.length === 0) return null;
  let worst = 0;
  for (let start = faultAt; start < until; start += 1000) {
    const window = samples.filter((s) => s.scheduledAt >= start && s.scheduledAt < start + 10_000);
    if (window.length > 0) worst = Math.max(worst, (100 * window.filter(failed).length) / window.length);
  }
  return round(worst);
}

/**
 * From the fault to the first success after which nothing fails, by time of completion; null when failures
 * go on to the end or nothing succeeded. The success must be of a request sent after the fault: an answer that
 * was already on its way says nothing about recovery.
 */
export function recoveredMs(samples: readonly Asked[], faultAt: number): number | null {
  const after = samples
    .filter((s) => s.completedAt >= faultAt && !s.refused)
    .toSorted((a, b) => a.completedAt - b.completedAt);
  const lastFailure = after.findLastIndex(failed);
  const first = after.slice(lastFailure + 1).find((s) => s.ok && s.scheduledAt >= faultAt);
  return first ? round(first.completedAt - faultAt) : null;
}

export function failed(sample: Pick<Sample, 'ok' | 'refused'>): boolean {
  return !sample.ok && !sample.refused;
}

export function round(ms: number): number {
  return Math.round(ms * 10) / 10;
}

export function countBy(names: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
