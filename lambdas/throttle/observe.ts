/** What the throttle table and the state table say of the resources of one application. */

import type {
  Clock,
  Log,
  Metrics,
  StateStore,
  ThrottleStore,
  WrittenDemand,
} from '../../core/ports/index.ts';
import type { Mode } from '../../core/state/items.ts';
import type { DemandItem, ThrottleLeaseItem, ThrottlePlanItem } from '../../core/state/throttle-items.ts';
import { readDemand, type ResourceQuotas } from '../../core/throttle/index.ts';
import type { CommonSettings, ThrottledResource } from '../shared/environment.ts';

export interface ThrottlePorts {
  readonly clock: Clock;
  readonly store: StateStore;
  readonly throttle: ThrottleStore;
  readonly metrics: Metrics;
  readonly log: Log;
}

export interface ThrottleSettings extends CommonSettings {
  readonly throttleTable: string;
  readonly resources: readonly ThrottledResource[];
  /** In force while the control item names none. */
  readonly mode: Mode;
}

export interface ResourceView {
  readonly resource: string;
  /** Null before the first copy. */
  readonly quotas: ResourceQuotas | null;
  readonly plan: ThrottlePlanItem | null;
  readonly demands: readonly DemandItem[];
  readonly leases: readonly ThrottleLeaseItem[];
  /** Items that were dropped, and what is wrong with the first of them. */
  readonly refused: number;
  readonly refusedRule: string | null;
}

export interface ApplicationView {
  /** When all of it was asked for, epoch ms. */
  readonly at: number;
  /** False when the application has written more than is read. */
  readonly complete: boolean;
  readonly resources: readonly ResourceView[];
}

/** Instances of one resource that are planned for at most: the ones that have leases first, then the newest. */
export const INSTANCES_MAX = 200;

export async function observe(
  { store, throttle, clock }: Pick<ThrottlePorts, 'store' | 'throttle' | 'clock'>,
  application: string,
  resources: readonly string[],
): Promise<ApplicationView> {
  const at = clock.now();
  const [{ items, complete }, leases, quotas, plans] = await Promise.all([
    throttle.demands(application),
    throttle.leases(application),
    Promise.all(resources.map((resource) => store.readQuotas(resource))),
    Promise.all(resources.map((resource) => throttle.readPlan(resource))),
  ]);
  const byResource = new Map(resources.map((resource) => [resource, [] as WrittenDemand[]]));
  // What names none of the resources is told under the first of them: it has to be told somewhere.
  for (const item of items) (byResource.get(resourceOf(item)) ?? byResource.get(resources[0]!)!).push(item);
  const views = resources.map((resource, index): ResourceView => {
    const own = leases.filter((item) => item.resource === resource);
    const read = readDemands({ application, resource, now: at }, byResource.get(resource)!, own);
    return { resource, quotas: quotas[index]?.quotas ?? null, plan: plans[index]!, leases: own, ...read };
  });
  return { at, complete, resources: views };
}

function resourceOf({ sk }: WrittenDemand): string {
  return sk.slice(0, Math.max(0, sk.indexOf('#')));
}

function readDemands(
  { application, resource, now }: { application: string; resource: string; now: number },
  written: readonly WrittenDemand[],
  leases: readonly ThrottleLeaseItem[],
): Pick<ResourceView, 'demands' | 'refused' | 'refusedRule'> {
  const legal: DemandItem[] = [];
  const rules: string[] = [];
  for (const { sk, item } of written) {
    const read = readDemand({ application, sk, now }, item);
    if (!read.ok) rules.push(read.rule);
    else if (read.item.resource !== resource) rules.push('is of no resource of this application');
    else legal.push(read.item);
  }
  const leased = new Set(leases.map(({ instance }) => instance));
  const rank = ({ instance }: DemandItem): number => (leased.has(instance) ? 0 : 1);
  const demands = legal.toSorted((a, b) => rank(a) - rank(b) || b.at - a.at).slice(0, INSTANCES_MAX);
  if (demands.length < legal.length) rules.push(`is beyond the ${INSTANCES_MAX} instances of a plan`);
  return { demands, refused: written.length - demands.length, refusedRule: rules[0] ?? null };
}
