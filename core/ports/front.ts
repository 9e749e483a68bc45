/** Balancers, zones and names as dns-failover sees them. Mutations name their target and are never tried again. */

import type { DescribedTarget, EdgeSample, ManagedBalancer, PublishedRecord } from '../front/types.ts';
import type { TargetEntry, TargetObservationItem, TargetSample, TargetsItem } from '../state/front-items.ts';
import type { CallOutcome } from './database.ts';

/** Where one target stands, as a balancer names it. */
export type TargetPlace = Pick<TargetEntry, 'address' | 'port'>;

/** One request to one target by a prober. Never throws and never takes longer than the time-out. */
export interface TargetProbe {
  probe(
    target: Pick<TargetEntry, 'memberId' | 'address' | 'port'>,
    request: { readonly path: string; readonly timeoutMs: number },
  ): Promise<TargetSample>;
}

/** The balancers' control plane, for the closed set of target groups that were deployed (SEC-09). */
export interface ElbControl {
  /** Every target of the group as the balancer sees it. Throws when AWS cannot be asked. */
  targetHealth(targetGroup: string): Promise<readonly DescribedTarget[]>;
  register(targetGroup: string, target: TargetPlace): Promise<CallOutcome>;
  deregister(targetGroup: string, target: TargetPlace): Promise<CallOutcome>;
}

/** Leads requests away from a zone. Zones are named as the tasks name them, e.g. `us-east-1a`. */
export interface ZonalShift {
  /** What is shifted on a balancer now. Throws when it cannot be asked. */
  managed(balancer: string): Promise<ManagedBalancer>;
  start(shift: {
    readonly balancer: string;
    readonly zone: string;
    readonly minutes: number;
    readonly comment: string;
  }): Promise<CallOutcome>;
  cancel(shiftId: string): Promise<CallOutcome>;
}

/** One atomic batch: every deletion must match exactly, or nothing is changed. */
export interface RecordBatch {
  readonly remove: readonly PublishedRecord[];
  readonly create: readonly PublishedRecord[];
}

/** The hosted zone. Not for a recovery: its control plane may be away when everything else is. */
export interface RecordStore {
  /** The records of the name, types A and AAAA. Throws when it cannot be asked. */
  list(name: string): Promise<readonly PublishedRecord[]>;
  apply(batch: RecordBatch): Promise<CallOutcome>;
  /** Whether a name has addresses now, asked as a client asks; null where nobody answered. */
  resolves(name: string): Promise<boolean | null>;
}

/** Asks the edge from outside. Never throws: a failure is a result. Redirects are answers and not followed. */
export interface EdgeProbe {
  /**
   * @param connectTo name whose addresses are connected to; the certificate and the `Host` are those of the URL
   */
  ask(request: {
    readonly url: string;
    readonly connectTo: string;
    readonly timeoutMs: number;
  }): Promise<EdgeSample>;
}

/** The front table. As for `StateStore`: each method is one request, writes are fenced. */
export interface FrontStore {
  /** Strongly consistent; null before the first. */
  readTargets(env: string): Promise<TargetsItem | null>;
  /** False when the item has a higher epoch by now. */
  putTargets(item: TargetsItem): Promise<boolean>;
  /** The newest observation of each zone; a zone without any is left out. */
  latestTargetObservations(zones: readonly string[]): Promise<readonly TargetObservationItem[]>;
  putTargetObservation(item: TargetObservationItem): Promise<void>;
}
