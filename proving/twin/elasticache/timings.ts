/** How long ElastiCache takes for its steps. The sandbox scales them with its pace. */

export interface Timings {
  /** From the death of a process to ElastiCache acting on it. @default 10 000 */
  readonly detectionMs: number;
  /** From the death of a process until the node that replaces it serves. @default 120 000 */
  readonly replacementMs: number;
  /** From the call of RebootCacheCluster until the node serves. @default 30 000 */
  readonly rebootMs: number;
  /** Least time from the start of a promotion until the new primary serves. @default 3 000 */
  readonly promotionMs: number;
  /** From the new primary serving until the primary endpoint names it. @default 5 000 */
  readonly endpointMoveMs: number;
}

/**
 * AWS gives no figures but "usually just a few seconds" until a promoted replica can be written to, and "a few
 * minutes" for a new node (ElastiCache guide, "Minimizing downtime with Multi-AZ"). With the endpoint's TTL a failover
 * takes 23 s, inside the 30 s that AWS's own fault template expects.
 */
export const AWS_TIMINGS: Timings = {
  detectionMs: 10_000,
  replacementMs: 120_000,
  rebootMs: 30_000,
  promotionMs: 3_000,
  endpointMoveMs: 5_000,
};

export function scaleTimings(timings: Timings, scale: (ms: number) => number): Timings {
  return {
    detectionMs: scale(timings.detectionMs),
    replacementMs: scale(timings.replacementMs),
    rebootMs: scale(timings.rebootMs),
    promotionMs: scale(timings.promotionMs),
    endpointMoveMs: scale(timings.endpointMoveMs),
  };
}
