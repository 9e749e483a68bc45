/** What the supervisor and the process of a balancer's node say to each other over their IPC channel. */

import type { MinimumHealthy, TargetHealth } from '../../twin/elb/index.ts';
import type { NetworkRule } from '../network/rule.ts';
import type { Action, Condition } from './model.ts';

export interface NodeSetup {
  /** `<name of the balancer>/<zone>` */
  readonly name: string;
  readonly zone: string;
  /** Its own address: where it listens, and where its connections to targets come from. */
  readonly address: string;
  readonly networkRules: readonly NetworkRule[];
  /** A folder of its own, for access logs that are under way. */
  readonly logFolder: string;
  readonly config: NodeConfig;
}

/** Everything a node must know to carry requests. Replaced as a whole. */
export interface NodeConfig {
  /** `app/<name>/<id>`, as access logs name the balancer. */
  readonly balancer: string;
  readonly listeners: readonly ListenerConfig[];
  readonly groups: readonly GroupConfig[];
  readonly shiftedAway: string | null;
  readonly idleMs: number;
  /** A client's connection is closed after the first answer beyond this age, ms. */
  readonly keepAliveMs: number;
  readonly xff: { readonly mode: string; readonly withPort: boolean };
  readonly log: { readonly enabled: boolean; readonly everyMs: number };
  readonly reportMs: number;
}

export interface ListenerConfig {
  readonly port: number;
  /** Null: plain HTTP. */
  readonly tls: { readonly certificate: string; readonly privateKey: string; readonly arn: string } | null;
  /** In the order in which they are tried. */
  readonly rules: readonly RuleConfig[];
  readonly defaultAction: Action;
}

export interface RuleConfig {
  readonly priority: number;
  readonly conditions: readonly Condition[];
  readonly action: Action;
}

export interface GroupConfig {
  readonly arn: string;
  readonly check: CheckConfig;
  readonly algorithm: 'round_robin' | 'least_outstanding_requests';
  readonly slowStartMs: number;
  readonly crossZone: boolean;
  readonly minimumHealthy: MinimumHealthy;
  readonly targets: readonly TargetConfig[];
}

export interface CheckConfig {
  readonly path: string;
  /** Null: the port of the target. */
  readonly port: number | null;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly healthyThreshold: number;
  readonly unhealthyThreshold: number;
  readonly matcher: string;
}

export interface TargetConfig {
  /** `<address>:<port>` */
  readonly id: string;
  readonly address: string;
  readonly port: number;
  readonly az: string | null;
  /** Tells a registration from one before it. */
  readonly registration: number;
  /** Epoch ms; null for one that does not drain. */
  readonly drainUntil: number | null;
  /** What the other nodes see, for a node that is new. */
  readonly known: TargetHealth['state'];
}

export type ToNode =
  | { readonly kind: 'configure'; readonly id: number; readonly config: NodeConfig }
  | { readonly kind: 'ping'; readonly id: number };

/** Why DescribeTargetHealth says that a target is unhealthy. */
export type Reason = 'Target.Timeout' | 'Target.ResponseCodeMismatch' | 'Target.FailedHealthChecks';

export interface PortFault {
  readonly port: number;
  /** `EADDRINUSE`, `EACCES`, ... */
  readonly code: string;
}

export type FromNode =
  | { readonly kind: 'configured'; readonly id: number; readonly faults: readonly PortFault[] }
  | { readonly kind: 'pong'; readonly id: number }
  | {
      readonly kind: 'health';
      readonly group: string;
      readonly target: string;
      readonly registration: number;
      readonly state: TargetHealth['state'];
      readonly reason: Reason | null;
      readonly description: string;
    }
  /** A draining target has no open request here any more. */
  | {
      readonly kind: 'drained';
      readonly group: string;
      readonly target: string;
      readonly registration: number;
    }
  | { readonly kind: 'report'; readonly report: NodeReport }
  /** A finished file of the access log, gzip. */
  | { readonly kind: 'log'; readonly file: string; readonly endAt: number };

/** What a node has counted since its last report. */
export interface NodeReport {
  readonly requests: number;
  readonly elb4xx: number;
  readonly elb5xx: number;
  /** By ARN. */
  readonly groups: Readonly<Record<string, GroupReport>>;
}

export interface GroupReport {
  readonly requests: number;
  readonly connectionErrors: number;
  readonly target2xx: number;
  readonly target3xx: number;
  readonly target4xx: number;
  readonly target5xx: number;
  /** Seconds until the target's answer began: evenly chosen quantiles, ascending. */
  readonly responseTimes: readonly number[];
  readonly healthy: number;
  readonly unhealthy: number;
}
