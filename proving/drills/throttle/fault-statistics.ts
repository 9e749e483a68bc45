/** What a fault of the throttle's surroundings did, computed from what the senders saw. Nothing here reads a clock. */

import { latencyMs, round } from '../measure/statistics.ts';
import type { ThrottleSample } from './model.ts';
import { isGood } from './statistics.ts';

const STEP_MS = 100;

/** Times between which samples were scheduled, epoch ms. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Requests that were sent for each one of the load, in these phases; null when there was none. */
export function attemptsPerRequest(
  samples: readonly ThrottleSample[],
  phases: readonly string[],
): number | null {
  const sent = samples.filter(({ phase }) => phases.includes(phase));
  if (sent.length === 0) return null;
  return round(sent.reduce((sum, { attempts }) => sum + attempts, 0) / sent.length);
}

/** Nearest-rank percentile of how long it took to be told no, in ms; null when nobody was. */
export function refusedMs(samples: readonly ThrottleSample[], percentile: number): number | null {
  const refused = samples.filter((s) => s.refused).map((s) => ({ ...s, ok: true }));
  return latencyMs(refused, percentile);
}

/** Of these requests, those that were refused, in percent; null when there was none. */
export function refusedPct(samples: readonly ThrottleSample[]): number | null {
  if (samples.length === 0) return null;
  return round((100 * samples.filter((s) => s.refused).length) / samples.length);
}

export interface Allowed {
  readonly perS: number;
  /** Long enough that its edges and a burst do not count, in ms. */
  readonly windowMs: number;
}

/** What was admitted beyond the rate in the worst window inside the span, in percent of it; null for a short span. */
export function beyondPct(
  samples: readonly ThrottleSample[],
  { from, to }: Span,
  { perS, windowMs }: Allowed,
): number | null {
  const admitted = samples.filter(({ ok }) => ok).map(({ scheduledAt }) => scheduledAt);
  const allowed = (perS * windowMs) / 1000;
  let worst: number | null = null;
  for (let start = from; start + windowMs <= to; start += STEP_MS) {
    const count = admitted.filter((at) => at >= start && at < start + windowMs).length;
    worst = Math.max(worst ?? 0, (100 * (count - allowed)) / allowed);
  }
  return worst === null ? null : round(worst);
}

/**
 * From the beginning of the span until what is served stays at `perS` or more, in every window that begins from then
 * on. Null when it does not come to that, or when no window is left to see it.
 */
export function restoredAfterMs(
  samples: readonly ThrottleSample[],
  { from, to }: Span,
  { perS, windowMs }: Allowed,
): number | null {
  const good = samples.filter(isGood).map(({ scheduledAt }) => scheduledAt);
  let lastBad: number | null = null;
  let last: number | null = null;
  for (let start = from; start + windowMs <= to; start += STEP_MS) {
    const count = good.filter((at) => at >= start && at < start + windowMs).length;
    if (count < (perS * windowMs) / 1000) lastBad = start;
    last = start;
  }
  if (last === null || lastBad === last) return null;
  return lastBad === null ? 0 : round(lastBad + STEP_MS - from);
}
