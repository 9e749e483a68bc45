/** The words of a throttle drill: who asks how often, in which phases, and what is counted. */

import type { Criticality } from '../../../core/shedding/index.ts';
import type { DrillLine } from '../model.ts';

/** Requests of one kind, open loop: callers take turns, and so do the users of each, so that each is evenly spread. */
export interface Stream {
  readonly name: string;
  /** Of all its callers together. */
  readonly perS: number;
  readonly callers: readonly string[];
  /** Users of each caller. */
  readonly users: number;
  /** The class that the tokens name; `by-user`: each user has one of the four; null: they name none. */
  readonly criticality: Criticality | 'by-user' | null;
  /** A client without manners: whatever is not a success is sent again at once, so often. @default 0 */
  readonly retriesAtOnce?: number;
  /** Each attempt is given up after this time, in ms. @default - none is before the request's own 5 s */
  readonly attemptMsMax?: number;
}

/** What is sent during one part of a drill. A stream of equal name and rate goes on from the phase before. */
export interface Phase {
  readonly name: string;
  readonly ms: number;
  readonly streams: readonly Stream[];
}

/** One request, as its sender saw it. Times are epoch ms with fractions. */
export interface ThrottleSample {
  /** The phase in which it was scheduled. */
  readonly phase: string;
  readonly stream: string;
  readonly caller: string;
  readonly user: string;
  readonly criticality: Criticality | null;
  readonly scheduledAt: number;
  readonly completedAt: number;
  /** Answered with what was asked for, within 5 s. */
  readonly ok: boolean;
  /** Turned away by the throttle with a reason: neither a success nor a failure. */
  readonly refused: boolean;
  readonly wrong: boolean;
  /** HTTP status of the last answer; 0 when there was none. */
  readonly status: number;
  /** The reason of a refusal, the application's error code, or what the socket said. */
  readonly code: string | null;
  /** Requests that were sent for it. */
  readonly attempts: number;
}

/** When a phase really began and ended, epoch ms. */
export interface PhaseTimes {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

/**
 * What a throttle drill counts on top of the fields of every drill. Null where it was not measured, or is none of the
 * scenario's business.
 *
 * - good: callers that stay within their limits. `good_failed`: their requests that failed or were refused.
 *   `good_control_p99_ms`: the same callers before the fault, in the same run.
 * - `flood_share`, `flood_quota_share`: of the capacity, while the flood lasts; a quota is its rate and its burst.
 * - goodput: answers a second that came within 1 s. `peak_goodput`: of the best step, ten times the capacity included.
 * - `normal_after_ms`: from the end of the fault until goodput stays at 95 % of what it was before, in each second.
 * - `restarts`: applications that are not the process they were.
 * - `over_admitted_pct`: of the capacity, what was admitted in the worst second beyond capacity and burst.
 * - `whole_users_pct`: users none of whose requests was refused or failed at ten times the capacity, or while
 *   only half of the instances were left.
 * - `goodput_of_capacity_pct`: goodput once the fault has settled, of what can be done then, or of what is asked where
 *   that is less.
 * - `attempts_per_request`: requests that were sent for each one of the load while the fault stood.
 * - `within_refused_pct`, `within_refused_control_pct`: requests of callers within their limits that were refused
 *   during the fault, and before it.
 * - `refused_p99_ms`, `refused_control_p99_ms`: how long it took to be told no, during the fault and before it.
 * - `refused_by_others_pct`: requests that something else than a limit refused.
 * - `over_admitted_later_pct`: as `over_admitted_pct`, once every lease of before the fault has ended.
 * - `leases_renewed`: instances that hold a lease again, 30 s after the end of the fault.
 */
export interface ThrottleFields {
  readonly good_requests: number | null;
  readonly good_failed: number | null;
  readonly good_p99_ms: number | null;
  readonly good_control_p99_ms: number | null;
  readonly flood_admitted: number | null;
  readonly flood_share: number | null;
  readonly flood_quota_share: number | null;
  readonly peak_goodput: number | null;
  readonly goodput_at_10x: number | null;
  readonly normal_after_ms: number | null;
  readonly restarts: number | null;
  readonly over_admitted_pct: number | null;
  readonly goodput_by_phase: Readonly<Record<string, number>>;
  readonly goodput_by_class: Readonly<Record<string, number>> | null;
  readonly whole_users_pct: number | null;
  readonly rss_growth_mb: number | null;
  readonly quotas_in_force_ms: number | null;
  readonly goodput_of_capacity_pct: number | null;
  readonly attempts_per_request: number | null;
  readonly refused_p99_ms: number | null;
  readonly refused_control_p99_ms: number | null;
  readonly refused_by_others_pct: number | null;
  readonly within_refused_pct: number | null;
  readonly within_refused_control_pct: number | null;
  readonly over_admitted_later_pct: number | null;
  readonly leases_renewed: number | null;
  readonly refusals: Readonly<Record<string, number>>;
}

export type ThrottleLine = DrillLine & ThrottleFields;

export const NOT_MEASURED: ThrottleFields = {
  good_requests: null,
  good_failed: null,
  good_p99_ms: null,
  good_control_p99_ms: null,
  flood_admitted: null,
  flood_share: null,
  flood_quota_share: null,
  peak_goodput: null,
  goodput_at_10x: null,
  normal_after_ms: null,
  restarts: null,
  over_admitted_pct: null,
  goodput_by_phase: {},
  goodput_by_class: null,
  whole_users_pct: null,
  rss_growth_mb: null,
  quotas_in_force_ms: null,
  goodput_of_capacity_pct: null,
  attempts_per_request: null,
  refused_p99_ms: null,
  refused_control_p99_ms: null,
  refused_by_others_pct: null,
  within_refused_pct: null,
  within_refused_control_pct: null,
  over_admitted_later_pct: null,
  leases_renewed: null,
  refusals: {},
};
