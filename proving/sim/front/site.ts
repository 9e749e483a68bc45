/** What is deployed of the edge and web tiers in a run, and what the seed draws of it. */

import type { ExpectedRecord } from '../../../core/front/index.ts';
import type { MinimumHealthy } from '../../twin/elb/index.ts';
import type { ServiceConfig } from '../../twin/ecs/index.ts';
import type { Random } from '../kernel/index.ts';

export const BALANCERS = ['primary', 'secondary'] as const;
export type BalancerName = (typeof BALANCERS)[number];

const ARN = 'arn:aws:elasticloadbalancing:us-east-1:123456789012';
export const TARGET_GROUPS = BALANCERS.map((name) => `${ARN}:targetgroup/demo-${name}/1`);
export const BALANCER_ARNS = BALANCERS.map((name) => `${ARN}:loadbalancer/app/demo-${name}/1`);
export const NAME = 'shop.demo.example.com';
export const PORT = 8080;
export const HEALTH_PATH = '/health';
export const REQUESTS_PER_TARGET = 100;

export function dnsNameOf(name: BalancerName): string {
  return `demo-${name}.us-east-1.elb.amazonaws.com`;
}

/** The primary's follows the metric `edge-healthy`. */
export const EDGE_CHECK = 'edge-check';

export const RECORDS: readonly ExpectedRecord[] = BALANCERS.map((name) => ({
  name: NAME,
  type: 'A',
  setIdentifier: name,
  failover: name === 'primary' ? 'PRIMARY' : 'SECONDARY',
  alias: { dnsName: dnsNameOf(name), hostedZoneId: 'Z35SXDOTRQ7X7K', evaluateTargetHealth: true },
  healthCheckId: name === 'primary' ? EDGE_CHECK : null,
}));

/** What of a target group the template says. */
export const TARGET_GROUP: {
  readonly check: {
    readonly intervalMs: number;
    readonly timeoutMs: number;
    readonly healthyThreshold: number;
    readonly unhealthyThreshold: number;
  };
  readonly slowStartMs: number;
  readonly deregistrationMs: number;
  readonly minimumHealthy: MinimumHealthy;
} = {
  check: { intervalMs: 5000, timeoutMs: 2000, healthyThreshold: 2, unhealthyThreshold: 2 },
  slowStartMs: 30_000,
  deregistrationMs: 30_000,
  minimumHealthy: { count: 1, percent: null },
};

/** What of the service of the web tier the template says; how many tasks it has is the seed's. */
export const WEB_SERVICE: Omit<ServiceConfig, 'desiredCount' | 'zones'> = {
  minimumHealthyPercent: 100,
  maximumPercent: 200,
  circuitBreaker: { enable: true, rollback: true },
  graceMs: 60_000,
  hasTargets: true,
};
/** From SIGTERM to SIGKILL, by the task definition. */
export const STOP_TIMEOUT_MS = 30_000;

export interface FrontSite {
  readonly zones: readonly string[];
  readonly tasksPerZone: number;
  /** Requests a second of all clients together. */
  readonly requestsPerSecond: number;
  /** What all tasks must bear together, requests a second; null where the profile names no peak. */
  readonly peakRequests: number | null;
}

/** With a peak, what is left bears it while one zone is gone, and no more: as the profile demands at least. */
export function drawFrontSite(random: Random, zones: readonly string[]): FrontSite {
  const tasksPerZone = random.pick([1, 2, 2, 3] as const);
  const bears = (zones.length - 1) * tasksPerZone * REQUESTS_PER_TARGET;
  return { zones, tasksPerZone, requestsPerSecond: 4, peakRequests: random.chance(0.7) ? bears : null };
}
