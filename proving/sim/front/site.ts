/** What is deployed of the edge and web tiers in a run, and what the seed draws of it. */

import type { ExpectedRecord } from '../../../core/front/index.ts';
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

export interface FrontSite {
  readonly zones: readonly string[];
  readonly tasksPerZone: number;
  /** Requests a second of all clients together. */
  readonly requestsPerSecond: number;
}

export function drawFrontSite(random: Random, zones: readonly string[]): FrontSite {
  return { zones, tasksPerZone: random.pick([1, 2, 2, 3] as const), requestsPerSecond: 4 };
}
