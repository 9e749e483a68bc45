/**
 * When a load may begin, and what is told to those that may not. A read budget has three bounds: how many loads are at
 * work at once, how many begin within a second, and which part of both is open to loads of shards that have gone cold.
 */

import { admitNs, type Gcra, gcraOf, NEVER_SEEN, waitNs } from '../throttle/gcra.ts';

/** Loads that have begun, as far as the next one depends on them. */
export interface BudgetUse {
  readonly inFlight: number;
  /** The shares of those at work that may not use all of the budget: below 1. */
  readonly shares: readonly number[];
  /** Theoretical arrival time of the next load, and of the next one of a share below 1. */
  readonly tatNs: number;
  readonly sharedTatNs: number;
}

export const UNUSED: BudgetUse = { inFlight: 0, shares: [], tatNs: NEVER_SEEN, sharedTatNs: NEVER_SEEN };

export interface BudgetBounds {
  /** Loads that may be at work at once: a whole number, 1 or more. */
  readonly concurrency: number;
  readonly rate: Gcra;
}

/** Why a load may not begin, with the numbers that it was decided from. */
export type BudgetDecision =
  | { readonly begins: true }
  | { readonly begins: false; readonly why: 'concurrency'; readonly inFlight: number; readonly most: number }
  | {
      readonly begins: false;
      readonly why: 'share';
      readonly share: number;
      readonly inFlight: number;
      readonly most: number;
    }
  | { readonly begins: false; readonly why: 'rate' | 'share-of-rate'; readonly waitNs: number };

/** Share of the loads of a second that may begin at once after a pause. */
const BURST_RATIO = 0.1;

/** A rate under which no more than `loadsPerSecond` begin in any second, however they come. */
export function loadRate(loadsPerSecond: number): Gcra {
  const burst = Math.floor(loadsPerSecond * BURST_RATIO);
  return gcraOf({ perSecond: loadsPerSecond - burst, burst });
}

/**
 * A load of share `s` begins only while those of this share or a smaller one take less than `s` of all places, and of
 * the rate: what is above is kept for loads of larger shares. One place is open to every share.
 */
export function mayBegin(use: BudgetUse, bounds: BudgetBounds, share: number, nowNs: number): BudgetDecision {
  const { inFlight, shares, tatNs, sharedTatNs } = use;
  const { concurrency: most, rate } = bounds;
  if (inFlight >= most) return { begins: false, why: 'concurrency', inFlight, most };
  const wait = waitNs(tatNs, nowNs, rate, 1);
  if (wait > 0) return { begins: false, why: 'rate', waitNs: wait };
  if (share >= 1) return { begins: true };
  const spent = spentShare(shares, share, most);
  if (spent) return { begins: false, why: 'share', share, ...spent };
  const waitOfShare = waitNs(sharedTatNs, nowNs, rateOfShare(rate, share), 1);
  return waitOfShare > 0 ? { begins: false, why: 'share-of-rate', waitNs: waitOfShare } : { begins: true };
}

export function begun(use: BudgetUse, { rate }: BudgetBounds, share: number, nowNs: number): BudgetUse {
  const tatNs = admitNs(use.tatNs, nowNs, rate, 1);
  const inFlight = use.inFlight + 1;
  if (share >= 1) return { ...use, inFlight, tatNs };
  const sharedTatNs = admitNs(use.sharedTatNs, nowNs, rateOfShare(rate, share), 1);
  return { inFlight, shares: [...use.shares, share], tatNs, sharedTatNs };
}

export function ended(use: BudgetUse, share: number): BudgetUse {
  const at = share < 1 ? use.shares.indexOf(share) : -1;
  const shares = at < 0 ? use.shares : use.shares.toSpliced(at, 1);
  return { ...use, inFlight: use.inFlight - 1, shares };
}

/** As if it had not begun: the rate is given back too. */
export function takenBack(use: BudgetUse, { rate }: BudgetBounds, share: number): BudgetUse {
  const shared = share < 1 ? rateOfShare(rate, share).intervalNs : 0;
  return {
    ...ended(use, share),
    tatNs: use.tatNs - rate.intervalNs,
    sharedTatNs: use.sharedTatNs - shared,
  };
}

export interface Throughput {
  readonly concurrency: number;
  /** What a load takes on average; 0 when that is not known. */
  readonly latencyMs: number;
  readonly loadsPerSecond: number;
}

/** Loads that can begin in one ms, at most. */
export function loadsPerMs({ concurrency, latencyMs, loadsPerSecond }: Throughput): number {
  return Math.min(loadsPerSecond / 1000, concurrency / Math.max(latencyMs, Number.EPSILON));
}

/** How many may wait: those who can begin in time, and one at least, unless nobody may wait at all. */
export function roomToWait(
  throughput: Throughput,
  { waitersMax, waitMs }: { readonly waitersMax: number; readonly waitMs: number },
): number {
  if (waitersMax === 0 || waitMs === 0) return 0;
  return Math.min(waitersMax, Math.max(1, Math.ceil(loadsPerMs(throughput) * waitMs)));
}

export const RETRY_MS_MIN = 100;
export const RETRY_MS_MAX = 10_000;

/**
 * When somebody who was refused may come again: once those who wait now are through, and spread over as long again,
 * so that the refused do not all come back at once (F-27). `random` is in [0, 1).
 */
export function retryAfterMs(throughput: Throughput, waiting: number, random: number): number {
  const throughMs = waiting / loadsPerMs(throughput);
  const leastMs = Math.min(RETRY_MS_MAX / 2, Math.max(RETRY_MS_MIN, throughMs));
  return Math.ceil(leastMs * (1 + random));
}

/** A share whose places are taken, of this one and the larger ones, which count it too; null for none. */
function spentShare(
  shares: readonly number[],
  share: number,
  concurrency: number,
): { readonly inFlight: number; readonly most: number } | null {
  for (const larger of new Set([share, ...shares])) {
    if (larger < share) continue;
    const inFlight = shares.filter((other) => other <= larger).length;
    const most = Math.max(1, Math.floor(concurrency * larger));
    if (inFlight >= most) return { inFlight, most };
  }
  return null;
}

/** The same burst at a part of the rate. */
function rateOfShare({ intervalNs, toleranceNs }: Gcra, share: number): Gcra {
  return { intervalNs: Math.ceil(intervalNs / share), toleranceNs };
}
