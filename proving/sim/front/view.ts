/** What a checker may see of the edge and web tiers. */

import type { DescribedTarget, PublishedRecord } from '../../../core/front/index.ts';
import type { TargetObservationItem, TargetsItem } from '../../../core/state/front-items.ts';
import type { LedgerItem } from '../../../core/state/items.ts';
import type { FrontSite } from './site.ts';

export interface TaskView {
  readonly memberId: string;
  readonly az: string;
  /** It runs, listens and is not held up. */
  readonly isUp: boolean;
  /** Since when nothing at all has been wrong with it or on the way to it; null while something is. */
  readonly fitSince: number | null;
}

/** One call that took a target out of a group, or led away from a zone. */
export interface FrontChange {
  readonly at: number;
  readonly api: 'register' | 'deregister' | 'start-shift' | 'cancel-shift' | 'repair';
  readonly target: string;
  readonly zone: string | null;
  /** Of the group: what its balancer said of each target before and after. */
  readonly before: readonly DescribedTarget[];
  readonly after: readonly DescribedTarget[];
  /** What was seen of the target, and of the tasks, when the call took effect. */
  readonly task: TaskView | null;
}

export interface FrontRequest {
  readonly startedAt: number;
  readonly endedAt: number;
  readonly ok: boolean;
  /** Why it failed; null where it did not. */
  readonly why: 'no-address' | 'no-node' | 'no-target' | 'task' | 'service' | null;
}

export interface FrontView {
  readonly site: FrontSite;
  readonly item: TargetsItem | null;
  readonly ledger: readonly LedgerItem[];
  /** The newest of each zone. */
  readonly observations: readonly TargetObservationItem[];
  /** Only grow. */
  readonly changes: readonly FrontChange[];
  readonly requests: readonly FrontRequest[];
  readonly records: readonly PublishedRecord[];
  /** Zones that a shift leads away from, by balancer. */
  readonly shifted: readonly (string | null)[];
  readonly groups: readonly (readonly DescribedTarget[])[];
  readonly pool: {
    readonly requests: number;
    readonly attempts: number;
    /** Failed although an instance was up all the while. */
    readonly needlessly: number;
  };
  tasks(): readonly TaskView[];
}
