/** What a fault of the throttle's surroundings did, computed from what the senders saw. Nothing here reads a clock. */

import { latencyMs, round } from '../measure/statistics.ts';
import type { ThrottleSample } from './model.ts';
import type { Look } from './types.ts';

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

/** Of these requests, those that were refused, for a reason that counts, in percent; null when there was none. */
export function refusedPct(
  samples: readonly ThrottleSample[],
  counts: (sample: ThrottleSample) => boolean = () => true,
): number | null {
  if (samples.length === 0) return null;
  return round((100 * samples.filter((s) => s.refused && counts(s)).length) / samples.length);
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
 * Instances that hold a lease at `later` which they did not hold at `earlier`. Null where one did not say, or has none
 * at all: with nothing in front there are no leases.
 */
export function renewedLeases(looks: readonly Look[], earlier: string, later: string): number | null {
  const statusesOf = (name: string) => looks.find(({ before }) => before === name)?.statuses ?? [];
  const [then, now] = [statusesOf(earlier), statusesOf(later)];
  const pairs = now.map((status, i) => [then[i]?.lease, status?.lease] as const);
  if (pairs.length === 0 || pairs.some(([a, b]) => !a || !b)) return null;
  return pairs.filter(([a, b]) => b!.state === 'held' && (b!.epoch ?? 0) > (a!.epoch ?? 0)).length;
}
