/**
 * The generic cell rate algorithm, ITU-T I.371 (virtual scheduling): one number a caller says all there is to
 * know. The theoretical arrival time is when the next request would come if all came evenly; a request may come
 * earlier than that by the tolerance.
 *
 * Exact: in any half-open window of `w` seconds at most `ceil(perSecond x w) + burst` requests are admitted. Time
 * is counted in whole nanoseconds and the interval is rounded up, so rounding never admits one too many.
 */

import type { RateLimit } from './rate.ts';

const NS_PER_SECOND = 1e9;

/** A rate limit in whole nanoseconds. */
export interface Gcra {
  readonly intervalNs: number;
  readonly toleranceNs: number;
}

export function gcraOf({ perSecond, burst }: RateLimit): Gcra {
  const intervalNs = Math.ceil(NS_PER_SECOND / perSecond);
  return { intervalNs, toleranceNs: burst * intervalNs };
}

/** The theoretical arrival time of a caller that was never seen: anything in the past. */
export const NEVER_SEEN = 0;

/**
 * How long a request of this cost has to wait, in ns: 0 when it is admitted now, Infinity when it costs more than
 * the limit ever lets through at once.
 */
export function waitNs(
  tatNs: number,
  nowNs: number,
  { intervalNs, toleranceNs }: Gcra,
  cost: number,
): number {
  const spreadNs = (cost - 1) * intervalNs;
  if (spreadNs > toleranceNs) return Number.POSITIVE_INFINITY;
  return Math.max(0, Math.max(tatNs, nowNs) + spreadNs - toleranceNs - nowNs);
}

/** The theoretical arrival time after a request of this cost was admitted. */
export function admitNs(tatNs: number, nowNs: number, { intervalNs }: Gcra, cost: number): number {
  return Math.max(tatNs, nowNs) + cost * intervalNs;
}

/**
 * The theoretical arrival time under another limit: what was used of the old one counts as so many requests of the
 * new one, and at most as all that the new one lets through at once. Were it kept as it is, a caller that a low limit
 * made wait for minutes would still wait for them under a high one.
 */
export function underLimitNs(tatNs: number, nowNs: number, before: Gcra, after: Gcra): number {
  const used = Math.max(0, tatNs - nowNs) / before.intervalNs;
  return nowNs + Math.min(Math.ceil(used * after.intervalNs), after.toleranceNs + after.intervalNs);
}

/** Requests of cost 1 that would be admitted at once now. */
export function remaining(tatNs: number, nowNs: number, { intervalNs, toleranceNs }: Gcra): number {
  const roomNs = toleranceNs + intervalNs - Math.max(0, tatNs - nowNs);
  return Math.max(0, Math.floor(roomNs / intervalNs));
}
