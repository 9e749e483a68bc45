/** What is known of balancers, zones and names, as AWS tells it. */

import type { TargetEntry } from '../state/front-items.ts';

export type BalancerSays = NonNullable<TargetEntry['balancer']>;

/** One target of one target group. */
export interface DescribedTarget {
  readonly address: string;
  readonly port: number;
  /** Null where the balancer does not say. */
  readonly az: string | null;
  readonly state: BalancerSays;
}

export interface ActiveShift {
  readonly shiftId: string;
  /** The zone that requests are led away from. */
  readonly zone: string;
  readonly startedAt: number;
  readonly expiresAt: number;
  readonly comment: string;
}

/** A balancer as ARC manages it. */
export interface ManagedBalancer {
  readonly balancer: string;
  /** Shifts that are in force now. */
  readonly shifts: readonly ActiveShift[];
  /** Zones that AWS itself leads away from. */
  readonly autoshifted: readonly string[];
}

/** An alias, the only kind of record that points at a balancer. */
export interface AliasTarget {
  /** Without the dot at its end, in lower case. */
  readonly dnsName: string;
  readonly hostedZoneId: string;
  readonly evaluateTargetHealth: boolean;
}

/** A record that the template makes: the closed set from which a repair may publish (SEC-09). */
export interface ExpectedRecord {
  /** Without the dot at its end, in lower case. */
  readonly name: string;
  readonly type: 'A' | 'AAAA';
  /** Null for a simple record: it has no second beside it. */
  readonly setIdentifier: string | null;
  readonly failover: 'PRIMARY' | 'SECONDARY' | null;
  readonly alias: AliasTarget;
  readonly healthCheckId: string | null;
}

/** A record as it stands in the hosted zone: an alias, or values of anyone's. */
export interface PublishedRecord extends Omit<ExpectedRecord, 'alias'> {
  readonly alias: AliasTarget | null;
  /** In seconds; null for an alias. */
  readonly ttlS: number | null;
  /** Empty for an alias. */
  readonly values: readonly string[];
  /** It has fields that this type does not know, as a weight or a location: it can be told of, but not deleted. */
  readonly isForeign: boolean;
}

/** One request to the edge from outside. */
export interface EdgeSample {
  readonly at: number;
  /** HTTP status; null when there was no answer. */
  readonly status: number | null;
  readonly latencyMs: number | null;
  /** Why there was none; null when there was. */
  readonly error: string | null;
}
