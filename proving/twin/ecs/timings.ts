/** How long ECS and Fargate take for what they do. */

export interface Timings {
  /** From a start to the process: attaching the network interface, pulling the image. */
  readonly provisioningMs: number;
  /** From the end of a process to ECS's notice of it. */
  readonly noticeMs: number;
  /** A task without checks counts as healthy so long after it runs. */
  readonly uncheckedMs: number;
  /** The first pause before another start, after starts that failed; it doubles. */
  readonly throttleMsMin: number;
  readonly throttleMsMax: number;
}

/**
 * Documented are `uncheckedMs` (API reference, DeploymentConfiguration, minimumHealthyPercent) and `throttleMsMax`
 * (developer guide, "Amazon ECS service throttle logic"). The others are assumed: AWS gives no figures.
 */
export const AWS_TIMINGS: Timings = {
  provisioningMs: 30_000,
  noticeMs: 5_000,
  uncheckedMs: 40_000,
  throttleMsMin: 10_000,
  throttleMsMax: 27 * 60_000,
};

export function scaleTimings(timings: Timings, scale: (ms: number) => number): Timings {
  return {
    provisioningMs: scale(timings.provisioningMs),
    noticeMs: scale(timings.noticeMs),
    uncheckedMs: scale(timings.uncheckedMs),
    throttleMsMin: scale(timings.throttleMsMin),
    throttleMsMax: scale(timings.throttleMsMax),
  };
}

/** The pause after so many starts in a row that failed; 0 for none. */
export function throttleMs(failures: number, timings: Timings): number {
  if (failures === 0) return 0;
  return Math.min(timings.throttleMsMax, timings.throttleMsMin * 2 ** (failures - 1));
}
