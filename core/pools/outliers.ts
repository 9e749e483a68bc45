/**
 * Members that do far worse than the others: too slow, or failing too often. Judged against the rest of the pool, so
 * that what is everybody's trouble blames nobody.
 */

export interface MemberSample {
  readonly id: string;
  /** Requests that ended in the last while. */
  readonly requests: number;
  readonly failures: number;
  /** Typical latency in ms; null where nothing was answered. */
  readonly latencyMs: number | null;
}

export interface OutlierLimits {
  /** Requests before a member is judged at all. @default 20 */
  readonly requestsMin: number;
  /** Slower than the middle of the others by this factor. @default 4 */
  readonly slowFactor: number;
  /** And by so many ms: what takes no time at all may well take four times as much. @default 50 */
  readonly slowMsMin: number;
  /** Share of successes below which a member fails too often, while the others are above `othersMin`. @default 0.8 */
  readonly successMin: number;
  /** @default 0.95 */
  readonly othersMin: number;
}

export const OUTLIER_DEFAULTS: OutlierLimits = {
  requestsMin: 20,
  slowFactor: 4,
  slowMsMin: 50,
  successMin: 0.8,
  othersMin: 0.95,
};

export interface Outlier {
  readonly id: string;
  readonly reason: 'errors' | 'slow';
}

/** The outliers, the worst kind first. None where fewer than two members can be judged. */
export function findOutliers(samples: readonly MemberSample[], limits: OutlierLimits): readonly Outlier[] {
  const judged = samples.filter(({ requests }) => requests >= limits.requestsMin);
  const outliers = judged.map((sample): Outlier | null => {
    const others = judged.filter((other) => other !== sample);
    if (others.length === 0) return null;
    if (failsMore(sample, others, limits)) return { id: sample.id, reason: 'errors' };
    return isSlower(sample, others, limits) ? { id: sample.id, reason: 'slow' } : null;
  });
  return outliers
    .filter((outlier) => outlier !== null)
    .toSorted((a, b) => Number(a.reason === 'slow') - Number(b.reason === 'slow'));
}

function failsMore(sample: MemberSample, others: readonly MemberSample[], limits: OutlierLimits): boolean {
  const requests = others.reduce((sum, other) => sum + other.requests, 0);
  const failures = others.reduce((sum, other) => sum + other.failures, 0);
  const othersSucceed = 1 - failures / requests >= limits.othersMin;
  return othersSucceed && 1 - sample.failures / sample.requests < limits.successMin;
}

function isSlower(sample: MemberSample, others: readonly MemberSample[], limits: OutlierLimits): boolean {
  const known = others.map(({ latencyMs }) => latencyMs).filter((ms) => ms !== null);
  const middle = known.toSorted((a, b) => a - b)[Math.floor(known.length / 2)];
  if (sample.latencyMs === null || middle === undefined) return false;
  return sample.latencyMs > middle * limits.slowFactor && sample.latencyMs > middle + limits.slowMsMin;
}
