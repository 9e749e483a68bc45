import type { Failure } from '../../failures.ts';
import type { ObservationItem, OutcomeItem, PoolItem } from '../../state/items.ts';
import type { DatabaseThresholds } from '../../thresholds/database.ts';

export interface MemberFact {
  readonly id: string;
  /** Its availability zone; `unknown` when AWS could not be asked. */
  readonly az: string;
}

/** Everything the reader-pool decision looks at. */
export interface PoolFacts {
  readonly now: number;
  readonly clusterId: string;
  /** The fencing token of the controller's lease. */
  readonly epoch: number;
  readonly thresholds: DatabaseThresholds;
  /** All members of the cluster, the writer included: the closed set known at deployment. */
  readonly members: readonly MemberFact[];
  readonly observations: readonly ObservationItem[];
  readonly outcomes: readonly OutcomeItem[];
  /** What was published last; null before the first time. */
  readonly pool: PoolItem | null;
  /** The custom endpoint's exclusion list as AWS has it; null when there is none or it could not be asked. */
  readonly excluded: readonly string[] | null;
}

export interface PoolChange {
  readonly memberId: string;
  readonly from: string;
  readonly to: string;
  readonly why: string;
}

interface Told {
  /** Why, in numbers. */
  readonly reason: string;
  /** When to look again without being woken; null when only an event can change the decision. */
  readonly reviewAt: number | null;
  readonly failOpen: boolean;
  /** Readers published now, or after the plan is applied. */
  readonly readersIn: number;
}

export type PoolPlan =
  | (Told & { readonly kind: 'keep' })
  | (Told & {
      readonly kind: 'change';
      readonly next: PoolItem;
      /** False when only the custom endpoint has to follow. */
      readonly publishes: boolean;
      readonly changes: readonly PoolChange[];
      /** The exclusion list to set on the custom endpoint; null when it stays. */
      readonly exclude: readonly string[] | null;
      readonly failure: Failure | null;
      readonly memberId: string | null;
      readonly evidence: readonly string[];
    });
