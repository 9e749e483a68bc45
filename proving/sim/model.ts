/** What the parts of the simulator know of each other, and what a checker may look at after each step. */

import type { DescribedCluster } from '../../core/database/index.ts';
import type { CallOutcome } from '../../core/ports/index.ts';
import type { LedgerItem, ObservationItem, OutcomeItem, PoolItem } from '../../core/state/items.ts';
import type { DatabaseThresholds } from '../../core/thresholds/database.ts';
import type { CacheView } from './cache/index.ts';
import type { FrontView } from './front/index.ts';
import type { ServiceView } from './service/index.ts';

/** An engine, as it really is: no controller sees this. */
export interface EngineView {
  readonly id: string;
  readonly az: string;
  readonly up: boolean;
  readonly frozen: boolean;
  readonly role: 'writer' | 'reader';
  /** A commit sent to it now would be acknowledged. */
  readonly acceptsCommits: boolean;
  /** Grows by one with each promotion; a commit carries the one under which its engine writes. */
  readonly generation: number;
  /** What it has replayed; on the writer, what it has written. */
  readonly position: number;
}

export interface Commit {
  readonly id: string;
  readonly at: number;
  readonly memberId: string;
  readonly generation: number;
  readonly position: number;
  readonly acknowledged: boolean;
}

export interface DatabaseView {
  readonly engines: readonly EngineView[];
  /** The position that the storage holds: no acknowledged commit lies beyond it. */
  readonly durable: number;
  readonly generation: number;
  /** Only grows; index it from where the last look ended. */
  readonly commits: readonly Commit[];
  /** The member that the cluster endpoint names. */
  readonly endpoint: string | null;
  /** The members that the reader endpoint names. */
  readonly readerEndpoint: readonly string[];
  /** As RDS would describe it now, were it asked. */
  readonly described: DescribedCluster;
  /** When the managed service failed over without being asked, epoch ms each. */
  readonly managedFailovers: readonly number[];
}

/** One call of a function that changes something outside the state table, or the pool item in it. */
export interface ControlCall {
  /** When it took effect, or would have. */
  readonly at: number;
  /**
   * When the function made it, with all its checks behind it: a pause or a slow network lies between this and
   * `at`, and no function can look again in between (I-08 counts from here, I-07 from `at`).
   */
  readonly issuedAt: number;
  readonly function: string;
  readonly invocation: string;
  /** e.g. `rds:FailoverDBCluster`, `rds:ModifyDBClusterEndpoint`, `state:PutPool`. */
  readonly call: string;
  readonly target: string;
  /** The fencing token of the lease under which it was made; null when none was held. */
  readonly token: number | null;
  /** When that lease ends; null when none was held. */
  readonly leaseUntil: number | null;
  /** When the oldest observation that counts was made: the age of the evidence is `issuedAt` minus this. */
  readonly evidenceAt: number | null;
  readonly outcome: CallOutcome;
  /** Something outside really changed by it. */
  readonly effective: boolean;
}

export type InvocationEnd = 'returned' | 'failed' | 'timed-out' | 'killed';

export interface InvocationView {
  readonly id: string;
  readonly function: string;
  readonly trigger: string;
  readonly startedAt: number;
  readonly endedAt: number | null;
  readonly end: InvocationEnd | null;
  /** External calls made so far, of any kind: where it can be killed. */
  readonly calls: number;
}

/** What the users of one application process met. Only grows. */
export interface ClientRequest {
  readonly client: string;
  readonly kind: 'read' | 'write';
  readonly startedAt: number;
  readonly endedAt: number;
  readonly ok: boolean;
  /** How often its work was begun. */
  readonly attempts: number;
  readonly memberId: string | null;
}

export interface FaultView {
  /** The catalogue's id, e.g. `F-02`. */
  readonly id: string;
  readonly target: string;
  /** The places of the instances that it is about, where it is about some. */
  readonly places: readonly number[] | null;
  readonly from: number;
  /** Null while it lasts. */
  readonly until: number | null;
  /** A call, message or member really changed by it. */
  readonly effective: boolean;
}

/** Everything at one step. The lists only grow within a run. */
export interface SimView {
  readonly now: number;
  readonly step: number;
  /** `safety`: faults come and go. `liveness`: everything is healed and must converge. */
  readonly phase: 'safety' | 'liveness';
  /** Since when no fault is active and nothing more will be injected; null before. */
  readonly quietSince: number | null;
  readonly thresholds: DatabaseThresholds;
  readonly zones: readonly string[];
  readonly memberIds: readonly string[];
  readonly database: DatabaseView;
  readonly pool: PoolItem | null;
  readonly ledger: readonly LedgerItem[];
  /** Every observation of the run, oldest first. */
  readonly observations: readonly ObservationItem[];
  /** The outcome items as they stand in the table. */
  readonly outcomes: readonly OutcomeItem[];
  readonly calls: readonly ControlCall[];
  readonly invocations: readonly InvocationView[];
  readonly requests: readonly ClientRequest[];
  readonly faults: readonly FaultView[];
  /** Null where nothing is throttled. */
  readonly service: ServiceView | null;
  /** Null where nothing is cached. */
  readonly cache: CacheView | null;
  /** Null where there is no web tier. */
  readonly front: FrontView | null;
}

export interface Violation {
  readonly seed: number;
  readonly invariant: string;
  readonly step: number;
  /** What was wrong, in numbers. */
  readonly said: string;
}

/** A predicate over the run so far. It may keep its own memory; it is made anew for each run. */
export interface Checker {
  readonly invariant: string;
  /** Null when it holds; else what is wrong, in numbers. */
  check(view: SimView): string | null;
  /** How often there was something to check: a check that never applied proves nothing. */
  readonly checked: number;
}
