/** What the load-balancing part keeps: balancers, target groups, listeners and their rules. */

import type { TargetHealth } from '../../twin/elb/index.ts';
import type { BalancerTarget } from '../kernel/index.ts';
import type { Reason } from './node-protocol.ts';

export interface Tag {
  readonly Key: string;
  readonly Value: string;
}

/** Attributes by their key, as AWS writes them: `deregistration_delay.timeout_seconds`. */
export type Attributes = ReadonlyMap<string, string>;

/** One Availability Zone of a balancer: its node stands there. */
export interface BalancerZone {
  readonly az: string;
  readonly subnetId: string;
}

export interface LoadBalancer {
  readonly arn: string;
  readonly name: string;
  /** The last part of the ARN; 16 characters. */
  readonly id: string;
  readonly dnsName: string;
  readonly scheme: 'internet-facing' | 'internal';
  readonly createdAt: number;
  zones: readonly BalancerZone[];
  securityGroups: readonly string[];
  ipAddressType: string;
  attributes: Attributes;
  tags: readonly Tag[];
}

/** How targets of a group are checked. Times in seconds, as the template gives them. */
export interface HealthCheck {
  readonly enabled: boolean;
  readonly path: string;
  /** `traffic-port` or a number. */
  readonly port: string;
  readonly intervalS: number;
  readonly timeoutS: number;
  readonly healthyThreshold: number;
  readonly unhealthyThreshold: number;
  /** Codes that a good answer has: `200`, `200,204`, `200-299`. */
  readonly matcher: string;
}

export interface TargetGroup {
  readonly arn: string;
  readonly name: string;
  readonly id: string;
  readonly port: number;
  readonly vpcId: string | null;
  readonly ipAddressType: string;
  healthCheck: HealthCheck;
  attributes: Attributes;
  tags: readonly Tag[];
  /** By `address:port`; those that drain are among them. */
  readonly targets: Map<string, TargetRecord>;
}

/** What one node says of a target. */
export interface TargetView {
  readonly state: TargetHealth['state'];
  /** Null for one that is well. */
  readonly reason: Reason | null;
  readonly description: string;
}

export interface TargetRecord {
  readonly target: BalancerTarget;
  /** Tells a registration from one before it. */
  readonly registration: number;
  /** Epoch ms; null while it does not drain. */
  drainUntil: number | null;
  /** By the id of the node. */
  readonly views: Map<string, TargetView>;
  /** Nodes without an open request of it, while it drains. */
  readonly drainedBy: Set<string>;
  /** Resolves when it is deregistered. */
  readonly gone: PromiseWithResolvers<void>;
}

/** One of several target groups that an action forwards to. */
export interface WeightedGroup {
  readonly targetGroupArn: string;
  /** 0 to 999. */
  readonly weight: number;
}

export type Action =
  | { readonly kind: 'forward'; readonly groups: readonly WeightedGroup[] }
  | {
      readonly kind: 'redirect';
      readonly status: 301 | 302;
      readonly protocol: string;
      readonly host: string;
      readonly port: string;
      readonly path: string;
      readonly query: string;
    }
  | {
      readonly kind: 'fixed-response';
      readonly status: number;
      readonly contentType: string;
      readonly body: string;
    };

export type Condition =
  | {
      readonly field: 'path-pattern' | 'host-header' | 'http-request-method';
      readonly values: readonly string[];
    }
  | { readonly field: 'http-header'; readonly header: string; readonly values: readonly string[] };

export interface Listener {
  readonly arn: string;
  readonly balancerArn: string;
  port: number;
  protocol: 'HTTP' | 'HTTPS';
  certificateArn: string | null;
  sslPolicy: string | null;
  defaultAction: Action;
  attributes: Attributes;
  tags: readonly Tag[];
}

export interface Rule {
  readonly arn: string;
  readonly listenerArn: string;
  /** 1 to 50000; the lowest that matches counts. */
  priority: number;
  conditions: readonly Condition[];
  action: Action;
  tags: readonly Tag[];
}

export function targetKey({ address, port }: Pick<BalancerTarget, 'address' | 'port'>): string {
  return `${address}:${port}`;
}
