/** The items of the state table. Every `at` is epoch milliseconds; every duration carries its unit. */

import type { Failure } from '../failures.ts';

/** How far one probe of one member got. The order is the order of the steps. */
export type Reach = 'ok' | 'refused' | 'timeout' | 'reset' | 'tls' | 'login' | 'error' | 'load';

/** What a heartbeat write on the writer met; null where none was tried. */
export type WriteResult = 'ok' | 'read-only' | 'timeout' | 'load' | 'error';

/** One probe of one database member by one prober. */
export interface Sample {
  readonly memberId: string;
  readonly at: number;
  readonly reach: Reach;
  readonly sqlState: string | null;
  /** The role the member itself reports; null when it could not be asked. */
  readonly role: 'writer' | 'reader' | null;
  /** Replica lag in ms as the cluster reports it; null when unknown, never 0 for unknown. */
  readonly lagMs: number | null;
  /** Connect to answer, in ms; null when it did not answer. */
  readonly latencyMs: number | null;
  readonly write: WriteResult | null;
}

/** What one prober holds of one member after hysteresis. */
export interface Verdict {
  readonly memberId: string;
  readonly failure: Failure | null;
  /** Since when this verdict stands. */
  readonly since: number;
  /** Consecutive samples that agree with it. */
  readonly samples: number;
}

/** One sweep of one prober: dated evidence, replayable. */
export interface ObservationItem {
  readonly kind: 'observation';
  readonly env: string;
  readonly az: string;
  readonly at: number;
  /** The fencing token of the prober's lease; a lower one than the newest seen is ignored. */
  readonly token: number;
  readonly sequence: number;
  readonly samples: readonly Sample[];
  readonly verdicts: readonly Verdict[];
  /** True when the prober cannot see more than half of all targets; a blind prober does not vote. */
  readonly blind: boolean;
  /** Whom this prober takes for the writer, asked of the members themselves; absent while it saw none. */
  readonly writer?: SeenWriter;
  /** True when a verdict, `blind` or the writer differs from the sweep before: the stream filter lets it through. */
  readonly changed: boolean;
}

/** The member that said last that it is the writer. */
export interface SeenWriter {
  readonly memberId: string;
  /** When this prober saw the role move to it; null when it was the writer from the first sight. */
  readonly since: number | null;
}

/** Client evidence: what one process of an application met, by member, over the window. */
export interface OutcomeItem {
  readonly kind: 'outcome';
  readonly application: string;
  readonly processId: string;
  readonly at: number;
  readonly windowMs: number;
  readonly members: Readonly<Record<string, { readonly ok: number; readonly errors: number }>>;
  /** Since the report before: what accuses the writer. */
  readonly writes: { readonly ok: number; readonly errors: number };
  /** Over a longer while, so that a short report does not hide the writes that succeeded before it (I-16). */
  readonly recentWrites?: { readonly ok: number; readonly errors: number; readonly windowMs: number };
}

export interface LeaseItem {
  readonly kind: 'lease';
  readonly holder: string;
  /** Strictly increasing; passed along as the epoch of every act under the lease. */
  readonly token: number;
  readonly until: number;
}

export type RecoveryState = 'planned' | 'acting' | 'waiting' | 'done' | 'aborted' | 'observed';

/** One step of a plan and what became of it. */
export interface LedgerStep {
  readonly name: string;
  /** The AWS call, e.g. `rds:FailoverDBCluster`; null for a step that only reads or waits. */
  readonly call: string | null;
  readonly target: string;
  readonly reason: string;
  readonly at: number | null;
  readonly outcome: 'pending' | 'accepted' | 'refused' | 'unknown' | 'skipped' | 'done';
  readonly detail: string | null;
}

/** One decision and its recovery (I-36): replaying the evidence gives the same plan. */
export interface LedgerItem {
  readonly kind: 'ledger';
  readonly id: string;
  readonly clusterId: string;
  readonly function: string;
  readonly epoch: number;
  readonly startedAt: number;
  readonly updatedAt: number;
  readonly state: RecoveryState;
  readonly failure: Failure | null;
  readonly memberId: string | null;
  readonly mode: Mode;
  /** Why, in numbers. */
  readonly reason: string;
  /** Keys (`pk|sk`) of the items the decision used. */
  readonly evidence: readonly string[];
  readonly steps: readonly LedgerStep[];
  readonly before: string;
  readonly after: string | null;
  readonly actor: string;
  /** A human acknowledgement: ends the cooldown that this recovery began (I-10). */
  readonly acknowledged?: { readonly by: string; readonly why: string; readonly at: number };
}

export type Mode = 'act' | 'observe' | 'off';

export interface ControlItem {
  readonly kind: 'control';
  readonly mode: Mode | null;
  readonly paused: boolean;
  readonly by: string;
  readonly why: string;
  readonly at: number;
  /** When the pause ends by itself, epoch ms; absent or null for one that stands until it is released. */
  readonly until?: number | null;
}

/** A change of a control item, kept: who paused or released what, when and why (SEC-21). */
export interface ControlChangeItem {
  readonly kind: 'control-change';
  /** A tier, or `all`. */
  readonly tier: string;
  readonly change: 'hold' | 'release';
  readonly by: string;
  readonly why: string;
  readonly at: number;
  readonly until: number | null;
}

export interface ThresholdsItem {
  readonly kind: 'thresholds';
  readonly tier: string;
  readonly values: Readonly<Record<string, number>>;
  readonly at: number;
  /** Parameters that were refused in the last copy, and why; the value before stays. */
  readonly refused: Readonly<Record<string, string>>;
}

export interface WakeItem {
  readonly kind: 'wake';
  readonly controller: string;
  readonly at: number;
  readonly by: string;
  readonly why: string;
}

export type PoolMemberState = 'in' | 'out' | 'returning';

export interface PoolItem {
  readonly kind: 'pool';
  readonly clusterId: string;
  readonly epoch: number;
  readonly at: number;
  readonly failOpen: boolean;
  readonly members: Readonly<Record<string, { readonly state: PoolMemberState; readonly since: number }>>;
  /** When the custom endpoint was last edited; at most one edit per 60 s. */
  readonly endpointEditedAt: number | null;
  readonly excluded: readonly string[];
  /** Removals of the last while, newest last: what the velocity limit and the return hold count. */
  readonly removals?: readonly PoolRemoval[];
}

export interface PoolRemoval {
  readonly memberId: string;
  readonly az: string;
  readonly at: number;
}
