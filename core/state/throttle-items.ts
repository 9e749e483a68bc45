/**
 * The items of the throttle. Demand, leases and plans live in a table of their own, whose stream wakes the
 * `throttle` function: at most two readers of a stream are good for it, and the state table has them already.
 * Quotas live in the state table, where `reconcile` copies them from Parameter Store.
 */

import type { Criticality } from '../shedding/index.ts';
import type { Lease } from '../throttle/leases.ts';
import type { ResourceQuotas } from '../throttle/quotas-types.ts';
import type { Key } from './keys.ts';

/** Callers that one demand item names at most: the ones that want most. The item stays below 8 KB. */
export const DEMAND_CALLERS_MAX = 200;

/** What one instance of an application would admit of a resource, were there no limit. One packed item. */
export interface DemandItem {
  readonly kind: 'demand';
  readonly application: string;
  readonly resource: string;
  /** The same for the life of the process. */
  readonly instance: string;
  /** Epoch ms. */
  readonly at: number;
  /** Requests a second by caller, admitted or not, since the report before. */
  readonly callers: Readonly<Record<string, number>>;
  /** Requests a second of all callers that are not named here. */
  readonly others: number;
  /** The lease that it holds now; null for none. */
  readonly held: Pick<Lease, 'epoch' | 'until' | 'total'> | null;
}

/** The newest lease of one instance on one resource. */
export interface ThrottleLeaseItem extends Lease {
  readonly kind: 'throttle-lease';
  readonly application: string;
  readonly resource: string;
  readonly instance: string;
  readonly burstS: number;
  /** The `at` of the report that it answers, by the instance's own clock. */
  readonly answers: number;
  /** Class of a named caller's requests where they name none; a caller that is not here has `othersCriticality`. */
  readonly criticalities: Readonly<Record<string, Criticality>>;
  readonly othersCriticality: Criticality;
  /** Every lease given that is newer than the one its instance said it held; this one is the last of them. */
  readonly granted: readonly Pick<Lease, 'epoch' | 'at' | 'until' | 'total'>[];
}

/** What the function remembers of a resource between runs. */
export interface ThrottlePlanItem {
  readonly kind: 'throttle-plan';
  readonly application: string;
  readonly resource: string;
  readonly epoch: number;
  readonly at: number;
  /** When this item was first made: until a lease's length after it nothing grows (learning). */
  readonly since: number;
  readonly capacityPerS: number;
  /** Requests a second that all instances wanted. */
  readonly wantedPerS: number;
  /** The most that may be in force at once after the plan, requests a second. */
  readonly inForceMaxPerS: number;
  readonly instances: number;
}

/** The quotas in force for one resource, copied from Parameter Store after validation. */
export interface QuotasItem {
  readonly kind: 'quotas';
  readonly quotas: ResourceQuotas;
  readonly at: number;
  /** By layer: why its document was refused; the one before stays in force. */
  readonly refused: Readonly<Record<string, string>>;
}

/** An application's role may put this partition alone. */
export function demandPartition(application: string): string {
  return `demand#${application}`;
}
export function demandKey(application: string, resource: string, instance: string): Key {
  return { pk: demandPartition(application), sk: `${resource}#${instance}` };
}

/** An application's role may read this partition alone. */
export function throttleLeasePartition(application: string): string {
  return `throttle-lease#${application}`;
}
export function throttleLeaseKey(application: string, resource: string, instance: string): Key {
  return { pk: throttleLeasePartition(application), sk: `${resource}#${instance}` };
}

export function throttlePlanKey(resource: string): Key {
  return { pk: 'throttle-plan', sk: resource };
}

/** In the state table. */
export function quotasKey(resource: string): Key {
  return { pk: 'quotas', sk: resource };
}
