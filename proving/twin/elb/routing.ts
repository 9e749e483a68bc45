/**
 * Which targets a node may send a request to.
 *
 * Sources: guide "Target group health" (routing failover: when fewer targets are healthy than the minimum, requests go
 * to all registered targets, whatever their health; of count and percentage either one breached is enough; with
 * cross-zone routing off a node knows its own zone's targets alone) and "Zonal shift for your Application Load
 * Balancer" (with cross-zone routing on, the targets of the zone that is led away from take no requests either; a
 * group that fails open takes no account of the shift).
 */

import type { TargetHealth } from './target-health.ts';

export interface RoutedTarget {
  readonly id: string;
  /** Null: its zone is unknown, so that every node may use it. */
  readonly az: string | null;
  readonly health: TargetHealth;
}

/** A count, a share in percent, or both; null where a rule is off. */
export interface MinimumHealthy {
  readonly count: number | null;
  readonly percent: number | null;
}

export interface RoutingRules {
  readonly crossZone: boolean;
  /** Fewer healthy targets than this: requests go to all of them. */
  readonly minimumHealthy: MinimumHealthy;
}

export interface Place {
  /** The zone of the node. */
  readonly zone: string;
  /** The zone that requests are led away from, or null. */
  readonly shiftedAway: string | null;
}

export interface Eligible<T extends RoutedTarget> {
  /** Empty where nothing is registered: the node answers 503. */
  readonly targets: readonly T[];
  readonly failsOpen: boolean;
}

export function eligible<T extends RoutedTarget>(
  targets: readonly T[],
  place: Place,
  rules: RoutingRules,
): Eligible<T> {
  const inReach = withinReach(targets, place.zone, rules.crossZone);
  const healthy = inReach.filter(({ health }) => health.state === 'healthy');
  if (isBelow(healthy.length, inReach.length, rules.minimumHealthy)) {
    return { targets: inReach, failsOpen: inReach.length > 0 };
  }
  if (place.shiftedAway === null || !rules.crossZone) return { targets: healthy, failsOpen: false };
  const elsewhere = healthy.filter(({ az }) => az !== place.shiftedAway);
  const remaining = inReach.filter(({ az }) => az !== place.shiftedAway);
  const tooFew = isBelow(elsewhere.length, remaining.length, rules.minimumHealthy);
  return { targets: tooFew ? healthy : elsewhere, failsOpen: false };
}

/** Registered targets that a node of this zone may use; those that drain are none of them. */
export function withinReach<T extends RoutedTarget>(
  targets: readonly T[],
  zone: string,
  crossZone: boolean,
): readonly T[] {
  return targets.filter(
    ({ az, health }) => health.state !== 'draining' && (crossZone || az === null || az === zone),
  );
}

/** True where too few are healthy. Nothing is never enough, whatever the rules. */
export function isBelow(healthy: number, registered: number, minimum: MinimumHealthy): boolean {
  if (healthy === 0) return true;
  const { count, percent } = minimum;
  return (count !== null && healthy < count) || (percent !== null && healthy * 100 < registered * percent);
}
