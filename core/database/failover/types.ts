import type { Failure } from '../../failures.ts';
import type { LedgerItem, ObservationItem, OutcomeItem } from '../../state/items.ts';
import type { DatabaseThresholds } from '../../thresholds/database.ts';

/** A member as AWS describes it. */
export interface DescribedMember {
  readonly id: string;
  readonly isWriter: boolean;
  /** 0 to 15; the lower goes first. */
  readonly promotionTier: number;
  readonly az: string;
  /** DBInstanceStatus, e.g. `available`; null when it could not be asked. */
  readonly status: string | null;
}

/** A cluster as AWS describes it. The description may be old: it holds off, it never proves (F-14, F-15). */
export interface DescribedCluster {
  readonly clusterId: string;
  /** DBClusterStatus, e.g. `available` or `failing-over`. */
  readonly status: string;
  readonly members: readonly DescribedMember[];
  /** When it was asked, epoch ms. */
  readonly at: number;
}

/** Everything the failover decision looks at. */
export interface FailoverFacts {
  readonly now: number;
  readonly clusterId: string;
  readonly thresholds: DatabaseThresholds;
  /** The members known at deployment: nothing else is ever a target (SEC-09). */
  readonly memberIds: readonly string[];
  readonly observations: readonly ObservationItem[];
  readonly outcomes: readonly OutcomeItem[];
  /** Null when AWS could not be asked: then nothing is done. */
  readonly cluster: DescribedCluster | null;
  /** The cluster's recoveries by this controller, newest first, at least those of one cooldown. */
  readonly ledger: readonly LedgerItem[];
}

/** Why the decision waits. Each is a rule of its own and has its own test. */
export type HoldCause =
  | 'no-votes'
  | 'not-agreed'
  | 'writes-succeed'
  | 'aws-unknown'
  | 'aws-acting'
  | 'aws-disagrees'
  | 'young-failover'
  | 'gray-hold'
  | 'managed-hold'
  | 'cooldown'
  | 'no-target';

/** What is to be done for the writer now. */
export type FailoverDecision =
  | { readonly state: 'healthy'; readonly reason: string }
  | {
      readonly state: 'holding';
      readonly cause: HoldCause;
      readonly reason: string;
      /** When to look again without being woken; null when only new evidence can end the hold. */
      readonly reviewAt: number | null;
    }
  | {
      readonly state: 'failover';
      readonly failure: Failure;
      /** The writer that has failed. */
      readonly writer: string;
      /** The reader to promote, by name. */
      readonly target: string;
      readonly reason: string;
      readonly evidence: readonly string[];
    };

/** What an unfinished recovery needs, judged anew from what is observed (I-13). */
export type RecoveryReview =
  | { readonly state: 'done'; readonly writer: string; readonly reason: string }
  | { readonly state: 'aborted'; readonly reason: string }
  | { readonly state: 'waiting'; readonly reason: string; readonly reviewAt: number; readonly late: boolean }
  /** Its call was never made, or is known to have had no effect: decide again, and call under this recovery. */
  | { readonly state: 'replan'; readonly reason: string };
