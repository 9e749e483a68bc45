/** The plan for one resource: pure, from what was observed. */

import type { MetricGroup, MetricValue } from '../../core/ports/index.ts';
import type { ThrottleLeaseItem, ThrottlePlanItem } from '../../core/state/throttle-items.ts';
import {
  holdersOf,
  leaseItemOf,
  leaseTerms,
  planLeases,
  type ResourceQuotas,
} from '../../core/throttle/index.ts';
import type { ThrottleThresholds } from '../../core/thresholds/throttle.ts';
import { DIMENSION } from '../shared/contract.ts';
import { METRIC } from './contract.ts';
import type { ResourceView } from './observe.ts';

export interface LeaseToPut {
  readonly item: ThrottleLeaseItem;
  /** Epoch of the item that it takes the place of; null for none. */
  readonly before: number | null;
}

export interface ResourcePlan {
  readonly item: ThrottlePlanItem;
  readonly leases: readonly LeaseToPut[];
}

export interface PlanFacts {
  readonly view: ResourceView;
  readonly quotas: ResourceQuotas;
  readonly thresholds: ThrottleThresholds;
  readonly now: number;
  readonly epoch: number;
}

export function planResource({ view, quotas, thresholds, now, epoch }: PlanFacts): ResourcePlan {
  const { application, resource, capacityPerS } = quotas;
  const since = view.plan === null || wasQuiet(view.plan, now, thresholds) ? now : view.plan.since;
  const { leases, inForceMax, wanted, instances } = planLeases({
    ...leaseTerms(quotas),
    now,
    epoch,
    holders: holdersOf(view.demands, view.leases),
    leaseMs: thresholds['lease-ms'],
    goneAfterMs: thresholds['gone-after-ms'],
    learningUntil: since + thresholds['lease-ms'],
  });
  const known = new Map(view.leases.map((item) => [item.instance, item]));
  const item: ThrottlePlanItem = {
    kind: 'throttle-plan',
    application,
    resource,
    epoch,
    at: now,
    since,
    capacityPerS,
    wantedPerS: wanted,
    inForceMaxPerS: inForceMax,
    instances,
  };
  const puts = view.demands.flatMap((demand): readonly LeaseToPut[] => {
    const lease = leases.get(demand.instance);
    if (lease === undefined) return [];
    const before = known.get(demand.instance);
    const next = leaseItemOf({ lease, demand, known: before, quotas });
    return [{ item: next, before: before?.epoch ?? null }];
  });
  return { item, leases: puts };
}

/**
 * Nobody was given anything for so long that some may be taken for gone who only could not report, or have not yet:
 * whoever is heard first must not get their share. Two periods without a plan are no reason yet.
 */
function wasQuiet(plan: ThrottlePlanItem, now: number, thresholds: ThrottleThresholds): boolean {
  const reportMs = thresholds['report-ms'];
  const heardWithinMs = Math.max(2 * reportMs, thresholds['gone-after-ms'] - reportMs);
  return now - plan.at > Math.min(thresholds['lease-ms'], heardWithinMs);
}

/**
 * What people and alarms see of one resource: always how much is wanted of it, and the rest while that is more than
 * there is, or where something was refused. The log and the plan in the table always say it, and cost no metric.
 */
export function metricsOf(env: string, view: ResourceView, { item }: ResourcePlan): MetricGroup {
  const percent = (perS: number): number => (100 * perS) / item.capacityPerS;
  const values: MetricValue[] = [{ name: METRIC.wanted, value: percent(item.wantedPerS), unit: 'Percent' }];
  if (item.wantedPerS > item.capacityPerS) {
    values.push(
      { name: METRIC.inForce, value: percent(item.inForceMaxPerS), unit: 'Percent' },
      { name: METRIC.instances, value: item.instances, unit: 'Count' },
    );
  }
  if (view.refused > 0) values.push({ name: METRIC.refusedItems, value: view.refused, unit: 'Count' });
  return { dimensions: { [DIMENSION.env]: env, [DIMENSION.resource]: item.resource }, values };
}
