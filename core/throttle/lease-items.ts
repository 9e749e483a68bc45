/** From the items of the throttle table to a plan's holders, and from a lease to its item. */

import type { DemandItem, ThrottleLeaseItem } from '../state/throttle-items.ts';
import type { Criticality } from '../shedding/index.ts';
import type { Lease, LeaseHolder } from './leases.ts';
import { quotaOf } from './quotas.ts';
import type { ResourceQuotas } from './quotas-types.ts';

/** Leases on their way to one instance that are told apart; older ones count as one. */
export const GRANTED_MAX = 8;

type Granted = ThrottleLeaseItem['granted'][number];

/**
 * One holder for each instance that has reported, or that has a lease and reports nothing that can be read: its
 * lease counts all the same.
 */
export function holdersOf(
  demands: readonly DemandItem[],
  leases: readonly ThrottleLeaseItem[],
): readonly LeaseHolder[] {
  const known = new Map(leases.map((item) => [item.instance, item]));
  const reported = new Set(demands.map(({ instance }) => instance));
  const silent = leases.filter(({ instance }) => !reported.has(instance)).map(silentHolder);
  return [...demands.map((item) => holderOf(item, known.get(item.instance))), ...silent];
}

function holderOf(
  { instance, at, callers, others, held }: DemandItem,
  known: ThrottleLeaseItem | undefined,
): LeaseHolder {
  // What was given is known better than the holder's word for it, while it is on record.
  const recorded = known?.granted.find(({ epoch }) => epoch === held?.epoch);
  return {
    instance,
    at,
    answered: known?.answers === at,
    demand: callers,
    others,
    held: recorded ?? held,
    granted: newerThan(held, known),
  };
}

function silentHolder({ instance, at, granted }: ThrottleLeaseItem): LeaseHolder {
  return { instance, at, answered: true, demand: {}, others: 0, held: null, granted };
}

function newerThan(held: DemandItem['held'], known: ThrottleLeaseItem | undefined): readonly Granted[] {
  return (known?.granted ?? []).filter(({ epoch }) => epoch > (held?.epoch ?? 0));
}

export interface LeaseItemParts {
  readonly lease: Lease;
  /** The report that the lease answers. */
  readonly demand: DemandItem;
  /** The item that is there now. */
  readonly known: ThrottleLeaseItem | undefined;
  readonly quotas: ResourceQuotas;
}

export function leaseItemOf({ lease, demand, known, quotas }: LeaseItemParts): ThrottleLeaseItem {
  const { application, resource, instance, at: answers, held } = demand;
  const { epoch, at, until, total } = lease;
  const othersCriticality = quotas.others.criticality;
  const classes = Object.keys(lease.callers)
    .map((name): [string, Criticality] => [name, quotaOf(quotas, name).criticality])
    .filter(([, criticality]) => criticality !== othersCriticality);
  return {
    kind: 'throttle-lease',
    application,
    resource,
    instance,
    ...lease,
    burstS: quotas.burstS,
    answers,
    criticalities: Object.fromEntries(classes),
    othersCriticality,
    granted: bounded([...newerThan(held, known), { epoch, at, until, total }]),
  };
}

/** Makes one of the oldest two while there are too many: it counts for at least as much as both. */
function bounded(granted: readonly Granted[]): readonly Granted[] {
  const [first, second, ...rest] = granted;
  if (granted.length <= GRANTED_MAX || first === undefined || second === undefined) return granted;
  const both = {
    epoch: second.epoch,
    at: second.at,
    until: Math.max(first.until, second.until),
    total: Math.max(first.total, second.total),
  };
  return bounded([both, ...rest]);
}
