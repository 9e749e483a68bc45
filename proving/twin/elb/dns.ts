/**
 * Which nodes the name of a balancer is answered with.
 *
 * Sources: guide "Target group health" (DNS failover: a zone whose healthy targets are fewer than the minimum leaves
 * the name; where all zones do, all are answered) and "Zonal shift" (the zone's address leaves the name; no effect
 * while the balancer fails open). That a node which does not answer leaves the name is documented, after how long is
 * not: `timings.ts`.
 */

import { isBelow, type MinimumHealthy, type RoutedTarget, withinReach } from './routing.ts';

export interface NodeView {
  readonly zone: string;
  /** False for one that has not answered for as long as AWS takes to notice. */
  readonly answers: boolean;
}

export interface GroupView {
  readonly targets: readonly RoutedTarget[];
  readonly crossZone: boolean;
  /** Fewer healthy targets in a zone than this: its node leaves the name. */
  readonly minimumHealthy: MinimumHealthy;
}

export interface NameView {
  readonly nodes: readonly NodeView[];
  /** The target groups that the balancer forwards to. */
  readonly groups: readonly GroupView[];
  /** The zone that requests are led away from, or null. */
  readonly shiftedAway: string | null;
}

/** Zones of the nodes that the name is answered with: never none, where there is a node. */
export function publishedZones({ nodes, groups, shiftedAway }: NameView): readonly string[] {
  const answering = nodes.filter(({ answers }) => answers);
  const fit = answering.filter(({ zone }) => isFit(zone, groups));
  const kept = fit.filter(({ zone }) => zone !== shiftedAway);
  const published = [kept, fit, answering, nodes].find((some) => some.length > 0) ?? [];
  return published.map(({ zone }) => zone);
}

/**
 * What Route 53 makes of an alias that evaluates target health: a balancer is healthy while every target group that it
 * forwards to has a healthy target, and some node answers (guide of Route 53, "Values for alias records: evaluate
 * target health"; a group without targets is unhealthy).
 */
export function isHealthy({ nodes, groups }: Omit<NameView, 'shiftedAway'>): boolean {
  return nodes.some(({ answers, zone }) => answers && isFit(zone, groups));
}

/** Without a target group there is nothing to be missing: a balancer may only redirect. */
function isFit(zone: string, groups: readonly GroupView[]): boolean {
  return groups.every(({ targets, crossZone, minimumHealthy }) => {
    const inReach = withinReach(targets, zone, crossZone);
    const healthy = inReach.filter(({ health }) => health.state === 'healthy').length;
    return !isBelow(healthy, inReach.length, minimumHealthy);
  });
}
