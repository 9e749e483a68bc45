/** Exponential back-off with jitter, so that many clients do not come back at the same moment (F-27). */

export interface BackoffLimits {
  readonly msMin: number;
  readonly msMax: number;
  /** Share of the wait that is random, 0 to 1. */
  readonly jitterRatio: number;
}

/** The wait after `failures` failures in a row (1 or more). `random` is in [0, 1). */
export function backoffMs(failures: number, random: number, limits: BackoffLimits): number {
  const exponent = Math.min(Math.max(failures, 1) - 1, 30);
  const whole = Math.min(limits.msMax, limits.msMin * 2 ** exponent);
  return whole * (1 - limits.jitterRatio * random);
}

/**
 * Full jitter: the wait before the next attempt of a request that made `attempts`, anywhere from 0 to its bound, so
 * that requests that failed together do not come back together. `random` is in [0, 1).
 * Source: Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
 */
export function fullJitterMs(attempts: number, random: number, limits: JitterLimits): number {
  return backoffMs(attempts, 0, { ...limits, jitterRatio: 0 }) * random;
}

export type JitterLimits = Pick<BackoffLimits, 'msMin' | 'msMax'>;
