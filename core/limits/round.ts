/**
 * The answers that one decision of a limit is read from, and what is chance in them: latencies differ by themselves,
 * so an average says something only together with its standard error.
 */

import type { Finished } from './types.ts';

/** Answers counted for one decision: only those whose work began after the one before. */
export interface Round {
  readonly since: number;
  /** Answers that do not count yet. */
  readonly skip: number;
  readonly count: number;
  readonly sumMs: number;
  readonly sumOfSquares: number;
  /** Those that the limit had held back. */
  readonly heldBack: number;
  readonly inFlightSum: number;
}

/** What answers took on average, and how far that may be off: its standard error. */
export interface Latency {
  readonly ms: number;
  readonly errorMs: number;
  /** At work at once meanwhile, on average. */
  readonly inFlight: number;
}

/** What is this many standard errors away is not chance. */
export const CHANCE_ERRORS = 2;

export function emptyRound(since: number, skip: number): Round {
  return { since, skip, count: 0, sumMs: 0, sumOfSquares: 0, heldBack: 0, inFlightSum: 0 };
}

export function add(round: Round, { serviceMs, queueMs, inFlight }: Finished): Round {
  if (round.skip > 0) return { ...round, skip: round.skip - 1 };
  return {
    ...round,
    count: round.count + 1,
    sumMs: round.sumMs + serviceMs,
    sumOfSquares: round.sumOfSquares + serviceMs * serviceMs,
    heldBack: round.heldBack + (queueMs > 0 ? 1 : 0),
    inFlightSum: round.inFlightSum + inFlight,
  };
}

export function latencyOf({ count, sumMs, sumOfSquares, inFlightSum }: Round): Latency {
  const ms = sumMs / count;
  const variance = Math.max(0, sumOfSquares / count - ms * ms);
  return { ms, errorMs: Math.sqrt(variance / count), inFlight: inFlightSum / count };
}

export interface Doubt {
  readonly boundaryMs: number;
  readonly errorMs: number;
  /** Answers that are waited for at most. */
  readonly most: number;
}

/** More answers may still turn it: the average is too close to where the decision changes. */
export function isInDoubt({ count, sumMs }: Round, { boundaryMs, errorMs, most }: Doubt): boolean {
  return count < most && Math.abs(sumMs / count - boundaryMs) < CHANCE_ERRORS * errorMs;
}
