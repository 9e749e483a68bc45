/** How much was answered in time to be of use. Nothing here reads a clock. */

import type { Sample } from '../model.ts';
import { round } from './statistics.ts';

/** An answer that comes later is of no use to whoever asked, in ms. */
export const GOOD_MS_MAX = 1000;
const WINDOW_MS = 1000;
const STEP_MS = 100;
/** Goodput is normal again at this share of what it was. */
const NORMAL_RATIO = 0.95;

type Answered = Pick<Sample, 'ok' | 'scheduledAt' | 'completedAt'>;

/** It came, and in time to be of use. */
export function isGood({ ok, scheduledAt, completedAt }: Answered): boolean {
  return ok && completedAt - scheduledAt <= GOOD_MS_MAX;
}

/**
 * From `from` until goodput stays normal: in every second that begins from then on, by when its requests were sent, at
 * least 95 % of `normalPerS` were good. Null when it does not become normal, or when less than a second is left to see
 * it.
 */
export function normalAfterMs(
  samples: readonly Answered[],
  { from, to }: { readonly from: number; readonly to: number },
  normalPerS: number,
): number | null {
  const good = samples.filter(isGood).map(({ scheduledAt }) => scheduledAt);
  const wanted = (NORMAL_RATIO * normalPerS * WINDOW_MS) / 1000;
  let lastBad: number | null = null;
  let last: number | null = null;
  for (let start = from; start + WINDOW_MS <= to; start += STEP_MS) {
    const count = good.filter((at) => at >= start && at < start + WINDOW_MS).length;
    if (count < wanted) lastBad = start;
    last = start;
  }
  if (last === null || lastBad === last) return null;
  return lastBad === null ? 0 : round(lastBad + STEP_MS - from);
}
