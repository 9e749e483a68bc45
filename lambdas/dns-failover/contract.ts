/**
 * Names shared by the controller of the edge and web tiers and the stack that deploys it.
 *
 * Woken by the front table's stream (a changed target observation), every minute, by its alarms
 * (`target-unreachable`, `zone-gray`, `edge-unreachable`), and by `ECS Task State Change` events of its cluster. It
 * stands outside the VPC, so it sees the public name as a client does.
 *
 * Rights. State table: read everything; lease `dns-failover`; put `ledger#<frontLedgerId(env)>`. Front table: read
 * everything; put `targets#<env>`. On its target groups `elasticloadbalancing:RegisterTargets` and
 * `DeregisterTargets`; `elasticloadbalancing:DescribeTargetHealth` and `DescribeTargetGroups` on `*` (AWS knows no
 * narrower). On its balancers `arc-zonal-shift:StartZonalShift`, `CancelZonalShift`, `GetManagedResource`. On its zone
 * `route53:ListResourceRecordSets`, and `route53:ChangeResourceRecordSets` for its own name, types A and AAAA, actions
 * CREATE and DELETE (SEC-02).
 */

import { RECOVERY_FAILED } from '../shared/contract.ts';

export const FUNCTION = 'dns-failover';
export const TIMEOUT_S = 25;
export const RESERVED_CONCURRENCY = 1;

/** Set beside `ENV.env`, `ENV.function`, `ENV.stateTable`, `ENV.zones` and `ENV.mode` of the shared contract. */
export const ENV = {
  frontTable: 'UNDERSTUDY_FRONT_TABLE',
  /** ARNs of the target groups of the web tier, joined by commas: the primary's first. The closed set of SEC-09. */
  targetGroups: 'UNDERSTUDY_TARGET_GROUPS',
  /** ARNs of the balancers, joined by commas, in the order of their target groups. */
  balancers: 'UNDERSTUDY_BALANCERS',
  /** Path that a fit target answers with 200. */
  healthPath: 'UNDERSTUDY_HEALTH_PATH',
  /** Requests a second that one target bears, and that all must bear together: the capacity check of a shift. */
  requestsPerTarget: 'UNDERSTUDY_REQUESTS_PER_TARGET',
  /** Requests a second at the peak. Unset: all targets as deployed less one zone, which is what the profile checks. */
  peakRequests: 'UNDERSTUDY_PEAK_REQUESTS',
  /** Zones by name and id, `us-east-1a=use1-az1`, joined by commas: a shift names the id. Unset: names are sent. */
  zoneIds: 'UNDERSTUDY_ZONE_IDS',
  /** Name of the ECS cluster. Unset: an event of a task only wakes. */
  taskCluster: 'UNDERSTUDY_TASK_CLUSTER',
  /** `https://<name>/<path>` asked from outside. Unset: there is nothing to ask, as for a private edge. */
  checkUrl: 'UNDERSTUDY_CHECK_URL',
  /** Name of the primary balancer, asked under the domain's certificate: what the metric tells of. */
  primaryName: 'UNDERSTUDY_PRIMARY_NAME',
  /** Id of the hosted zone. Unset: the records are not looked after. */
  hostedZone: 'UNDERSTUDY_HOSTED_ZONE',
  /** The records as deployed: the JSON of `ExpectedRecord[]` (core/front). */
  records: 'UNDERSTUDY_RECORDS',
} as const;

export const METRIC = {
  /**
   * 1 or 0: whether the primary answered from outside, by environment. Standard resolution and one value a minute, as
   * a Route 53 health check can read no other.
   */
  edgeHealthy: 'edge-healthy',
  /** By environment, 1 while it stands; else not written. High resolution. */
  targetsLow: 'targets-low',
  recordDrifted: 'record-drifted',
  /** By environment and zone. */
  zoneGray: 'zone-gray',
  decisions: 'dns-failover-decisions',
  recoveryFailed: RECOVERY_FAILED,
} as const;

/** Used when neither the control item nor the environment variable names a mode. */
export const MODE_DEFAULT = 'act';
/** Name of the controller's lease. */
export const LEASE = 'dns-failover';
/** Outlives the function's hard time-out plus the request time-out (I-07: 60 s > 25 s + 10 s). */
export const LEASE_MS = 60_000;
export const REQUEST_TIMEOUT_MS = 10_000;
