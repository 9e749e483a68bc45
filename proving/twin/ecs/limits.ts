/** The numbers that a deployment keeps to. */

import type { ServiceConfig } from './types.ts';

/** The fewest healthy tasks during a deployment, rounded up (API reference, DeploymentConfiguration). */
export function healthyMin(config: ServiceConfig): number {
  return Math.ceil((config.desiredCount * config.minimumHealthyPercent) / 100);
}

/** The most tasks that are pending or running, rounded down (API reference, DeploymentConfiguration). */
export function liveMax(config: ServiceConfig): number {
  return Math.floor((config.desiredCount * config.maximumPercent) / 100);
}

const FAILURES_MIN = 3;
const FAILURES_MAX = 200;
const FAILURES_SHARE = 0.5;

/** So many failed tasks fail a deployment (developer guide, "deployment circuit breaker": the failure threshold). */
export function failuresMax({ desiredCount }: ServiceConfig): number {
  return Math.min(FAILURES_MAX, Math.max(FAILURES_MIN, Math.ceil(FAILURES_SHARE * desiredCount)));
}
