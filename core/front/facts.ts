/** Everything the decisions look at, and what they may come to. */

import type { FrontMemory, TargetEntry, TargetObservationItem } from '../state/front-items.ts';
import type { LedgerItem } from '../state/items.ts';
import type { EdgeThresholds } from '../thresholds/edge.ts';
import type { WebThresholds } from '../thresholds/web.ts';
import type { DescribedTarget, ManagedBalancer } from './types.ts';

/** One deployed target group and its balancer: the closed set that anything may be done to (SEC-09). */
export interface DeployedGroup {
  readonly targetGroup: string;
  readonly balancer: string;
}

export interface FrontFacts {
  readonly now: number;
  readonly env: string;
  /** All zones that have a prober. */
  readonly zones: readonly string[];
  readonly web: WebThresholds;
  readonly edge: EdgeThresholds;
  readonly groups: readonly DeployedGroup[];
  /** By target group; one that AWS did not answer for is not there. */
  readonly described: Readonly<Record<string, readonly DescribedTarget[]>>;
  /** The tasks as merged from what was known and what AWS says. */
  readonly targets: readonly TargetEntry[];
  readonly memory: FrontMemory;
  readonly observations: readonly TargetObservationItem[];
  /** The front's recoveries, newest first. */
  readonly ledger: readonly LedgerItem[];
  /** By balancer; one that was not asked, or did not answer, is not there. */
  readonly managed: Readonly<Record<string, ManagedBalancer>>;
  readonly capacity: {
    /** Requests a second. */
    readonly requestsPerTarget: number;
    /** Requests a second that all must bear together; null where none is configured. */
    readonly peakRequests: number | null;
  };
}

/** One named call. Everything that it needs is in it, so that it can be written down before it is made. */
export type FrontCall =
  | { readonly api: 'deregister' | 'register'; readonly targetGroup: string; readonly target: TargetEntry }
  | {
      readonly api: 'start-shift';
      readonly balancer: string;
      readonly zone: string;
      readonly minutes: number;
      readonly comment: string;
    }
  | {
      readonly api: 'cancel-shift';
      readonly balancer: string;
      readonly zone: string;
      readonly shiftId: string;
    };

export type FrontActionKind = 'deregister' | 'register' | 'shift' | 'renew-shift' | 'cancel-shift';

/** Its calls are made in their order, each a step of one recovery. */
export interface FrontAction {
  readonly kind: FrontActionKind;
  /** The target, or the zone. */
  readonly memberId: string;
  /** The one zone that it touches (I-33). */
  readonly zone: string;
  readonly calls: readonly FrontCall[];
  /** Why, in numbers. */
  readonly reason: string;
  /** Keys (`pk|sk`) of the items the decision used. */
  readonly evidence: readonly string[];
}

/** Why something that looks due waits. Each is a rule of its own and has its own test. */
export type FrontHoldCause =
  | 'one-viewpoint'
  | 'not-in-service'
  | 'aws-unknown'
  | 'fail-open'
  | 'velocity'
  | 'zone-velocity'
  | 'last-healthy'
  | 'asked-before'
  | 'return-hold'
  | 'gray-hold'
  | 'other-zone'
  | 'capacity'
  | 'balancer-fails-open'
  | 'zone-return';

export interface FrontHold {
  readonly memberId: string;
  readonly what: FrontActionKind;
  readonly cause: FrontHoldCause;
  readonly reason: string;
  /** When to look again without being woken; null when only new evidence can end the hold. */
  readonly reviewAt: number | null;
}

/** A call that AWS refused, or did not answer, is not made again before this. */
export const ASKED_PAUSE_MS = 5000;
