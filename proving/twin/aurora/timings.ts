/** How long RDS takes for its steps. Documented at pace `aws`; the sandbox scales them with its pace. */

export interface Timings {
  /** From the death of a process to RDS acting on it. @default 10 000 */
  readonly detectionMs: number;
  /** Least time from the start of a promotion until the new writer serves. @default 6 000 */
  readonly promotionMs: number;
  /** From the new writer serving until the cluster endpoint names it. @default 8 000 */
  readonly endpointMoveMs: number;
  /** From the death of a process until its instance serves again. @default 60 000 */
  readonly crashRestartMs: number;
  /** From a requested failover until the old writer serves as a reader. @default 30 000 */
  readonly demotionMs: number;
}

/**
 * Aurora guide, "High availability for Amazon Aurora": service is restored typically in less than 60 s and often
 * in less than 30 s. These steps plus the endpoint's TTL of 5 s make 29 s.
 */
export const AWS_TIMINGS: Timings = {
  detectionMs: 10_000,
  promotionMs: 6_000,
  endpointMoveMs: 8_000,
  crashRestartMs: 60_000,
  demotionMs: 30_000,
};

export function scaleTimings(timings: Timings, scale: (ms: number) => number): Timings {
  return {
    detectionMs: scale(timings.detectionMs),
    promotionMs: scale(timings.promotionMs),
    endpointMoveMs: scale(timings.endpointMoveMs),
    crashRestartMs: scale(timings.crashRestartMs),
    demotionMs: scale(timings.demotionMs),
  };
}

/** TTL of Aurora's endpoint names: 5 s. */
export const ENDPOINT_TTL_S = 5;

/** The TTL follows the managed timeline (the move of an endpoint belongs to it), but DNS knows whole seconds, 1 at least. */
export function endpointTtlS(scale: (ms: number) => number): number {
  return Math.max(1, Math.round(scale(ENDPOINT_TTL_S * 1_000) / 1_000));
}
