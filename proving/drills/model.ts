/** The words of a drill: what is broken, what is measured, what is printed. */

import type { LedgerItem, ObservationItem, Verdict } from '../../core/state/items.ts';

/**
 * kill: SIGKILL of the whole process tree. hang: SIGSTOP of it, SIGCONT later. slow: answers delayed. partition:
 * the clients and one zone's prober cut off from the victim. lag: a reader's replay stands still. blind: the prober
 * of the victim's zone alone cut off from every member.
 */
export const MEMBER_FAULT_KINDS = ['kill', 'hang', 'slow', 'partition', 'lag', 'blind'] as const;
export type FaultKind = (typeof MEMBER_FAULT_KINDS)[number];

/**
 * What can befall a throttled application. flood: one caller far above its limit. surge: everybody together above the
 * capacity. storm: clients that send again at once whatever was not served. The others are as above.
 */
export const THROTTLE_FAULT_KINDS = ['flood', 'surge', 'storm', 'kill', 'hang', 'partition'] as const;
export type ThrottleFaultKind = (typeof THROTTLE_FAULT_KINDS)[number];

/**
 * What can befall the shards of a cache. flush: they forget everything and go on. The others are as above; a kill may
 * be followed by a start on the old append-only file.
 */
export const CACHE_FAULT_KINDS = ['kill', 'hang', 'partition', 'flush'] as const;
export type CacheFaultKind = (typeof CACHE_FAULT_KINDS)[number];

/**
 * What can befall balancers, tasks, whole zones, and what is deployed. partition: the clients of what is broken, and one
 * zone's prober, are cut off from it; of a zone: everything that stands in it is cut off from everything else. deploy:
 * another version takes the place of the one that runs.
 */
export const FRONT_FAULT_KINDS = ['kill', 'hang', 'slow', 'partition', 'deploy'] as const;
export type FrontFaultKind = (typeof FRONT_FAULT_KINDS)[number];

/** Every fault that a drill knows. */
export const FAULT_KINDS = [
  ...new Set([...MEMBER_FAULT_KINDS, ...THROTTLE_FAULT_KINDS, ...CACHE_FAULT_KINDS, ...FRONT_FAULT_KINDS]),
];

/** One request of the load, as its sender saw it. Times are epoch ms with fractions. */
export interface Sample {
  readonly kind: 'read' | 'write';
  /** Latency counts from here, not from when a late generator got round to it. */
  readonly scheduledAt: number;
  readonly completedAt: number;
  /** After the client's own retry. */
  readonly ok: boolean;
  /** Throttled by the application on purpose (429): neither a success nor a failure. */
  readonly refused: boolean;
  /** A read whose body was not what was asked for. */
  readonly wrong: boolean;
  /** A read of an order that was acknowledged, asked with the position that its acknowledgement carried. */
  readonly own: boolean;
  /** A read of the catalogue: what its cache does not have is read from the writer. */
  readonly catalog: boolean;
  /** Such a read, answered without the order. */
  readonly stale: boolean;
  /** HTTP status of the last answer; 0 when there was none. */
  readonly status: number;
  /** The application's error code, or what the socket said. */
  readonly code: string | null;
  /** The order's id, for writes. */
  readonly id: string | null;
  /** Requests that were sent for it, or tried to. */
  readonly attempts: number;
  /** The first of them met a failure, whatever became of those after it. */
  readonly firstFailed: boolean;
}

export interface Member {
  readonly id: string;
  readonly role: 'writer' | 'reader';
  readonly az: string;
  readonly status: string;
  readonly address: string;
  readonly port: number;
  /** The member's own endpoint name, which its certificate carries. */
  readonly endpoint: string;
  /** Root of the member's process tree. */
  readonly pid: number;
}

/** A node of the cache: the one that takes the writes of one shard. */
export interface CacheNode {
  /** Its replication group. */
  readonly id: string;
  /** Itself: the cache cluster, as ElastiCache has it. */
  readonly nodeId: string;
  /** `main`, `copy` or `gutter`. */
  readonly cache: string;
  /** The shard's number, from 0. */
  readonly shard: number;
  readonly az: string;
  readonly status: string;
  readonly address: string;
  readonly port: number;
  /** The name that its certificate carries. */
  readonly endpoint: string;
  /** Root of its process tree. */
  readonly pid: number;
}

/** A task of ECS, as whoever breaks it needs to know it. */
export interface ServiceTask {
  /** `<address>:<port>`: what the balancers and the probers know it by. */
  readonly id: string;
  readonly tier: 'web' | 'service';
  readonly az: string;
  readonly address: string;
  readonly port: number;
  /** Root of its process tree. */
  readonly pid: number;
  readonly version: string | null;
}

/** One address of a balancer. */
export interface EdgeNode {
  /** `<name of the balancer>/<zone>`. */
  readonly id: string;
  /** False for the balancer that stands in for the primary. */
  readonly isPrimary: boolean;
  readonly az: string;
  readonly address: string;
  readonly port: number;
  /** Root of its process tree. */
  readonly pid: number;
}

/** What one prober found in one sweep, of members, shards or targets. */
export interface Observed {
  readonly az: string;
  readonly at: number;
  readonly blind: boolean;
  readonly verdicts: readonly Verdict[];
}

/** What the control plane of one tier wrote down while the drill ran. */
export interface TierRecords {
  readonly observations: readonly Observed[];
  readonly ledger: readonly LedgerItem[];
}

/** What the control plane of the database wrote down while the drill ran. */
export interface Records {
  readonly observations: readonly ObservationItem[];
  readonly ledger: readonly LedgerItem[];
}

/** Somebody who connects to members, and the address it connects from. */
export interface Viewpoint {
  readonly kind: 'prober' | 'application';
  /** `shop`, or the function's report name. */
  readonly name: string;
  /** The zone of a prober; null for an application that no zone is known of. */
  readonly az: string | null;
  readonly address: string;
}

/** A call that IAM refused. */
export interface Denial {
  /** The function that called, or the principal where no function did. */
  readonly function: string;
  readonly action: string;
  readonly resource: string;
}

export interface Action {
  readonly function: string;
  readonly call: string;
  readonly target: string;
  readonly reason: string;
  readonly at_ms: number;
}

/**
 * One line of output. What was not measured is null, never 0. Times in ms from the fault unless named otherwise.
 *
 * - `detected_ms`: the first observation that calls the target failed; for `blind`, the prober itself blind.
 * - `decided_ms`: the first ledger entry about the target. Null too where a controller saw the failure and the rules
 *   let it do nothing, which leaves no entry: a second removal within a minute (I-05), a failover while clients'
 *   writes succeed (I-16) or within the cooldown (I-10).
 * - `managed_ms`: the managed failover, over when a write through the moved cluster endpoint succeeds. After a kill
 *   from the fault; after a gray fault, which AWS does not see, from the call of ours that was accepted.
 * - `added_ms`: `recovered_ms` minus `managed_ms`: what is ours, for a gray fault the time until our call included.
 * - `stale_writer_writes`: commits that the old writer accepted after its successor had, or that were not there
 *   afterwards. Null unless somebody was promoted and the old writer was reachable again.
 * - `stale_reads`: reads of an acknowledged write, asked with its position, that did not show it; null if none asked.
 * - `promotions`, `removed`: failovers that we called for, readers that we took out of the pool.
 * - `denied`: calls of the functions that were refused, each once.
 */
export interface DrillLine {
  readonly scenario: string;
  readonly tier: string;
  readonly fault: string;
  readonly pace: string;
  readonly seed: number;
  readonly without: string | null;
  readonly deny: string | null;
  readonly control: boolean;
  readonly hypothesis: string;
  readonly held: boolean;
  readonly fault_verified: boolean;
  readonly not_held: readonly string[];
  readonly target: string;
  readonly requests: number;
  readonly failed: number;
  readonly failed_reads: number;
  readonly failed_writes: number | null;
  readonly failed_idempotent: number;
  readonly refused: number;
  /** What failed requests ended with, by the application's error code or the socket's word. */
  readonly failure_codes: Readonly<Record<string, number>>;
  readonly duplicated: number | null;
  readonly p50_ms: number | null;
  readonly p99_ms: number | null;
  readonly pre_p50_ms: number | null;
  readonly pre_p99_ms: number | null;
  readonly reads_p99_ms: number | null;
  readonly pre_reads_p99_ms: number | null;
  readonly longest_gap_ms: number | null;
  readonly bad_until_ms: number;
  readonly worst_10s_failed_pct: number | null;
  readonly failed_after_10s: number;
  readonly detected_ms: number | null;
  readonly decided_ms: number | null;
  readonly managed_ms: number | null;
  readonly recovered_ms: number | null;
  readonly added_ms: number | null;
  readonly acked_writes: number | null;
  readonly lost_acked_writes: number | null;
  readonly invented_writes: number | null;
  readonly wrong_reads: number;
  readonly stale_reads: number | null;
  readonly stale_writer_writes: number | null;
  readonly promotions: number | null;
  readonly removed: number | null;
  readonly actions: readonly Action[];
  readonly denied: readonly Denial[];
  /** Share of the scenario's usual load; null for the throttle's, which set their own. */
  readonly load_pct: number | null;
  readonly generator_lag_ms_max: number;
  readonly versions: Readonly<Record<string, string>>;
}
