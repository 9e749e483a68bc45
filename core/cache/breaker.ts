/**
 * The breaker of one shard in the eyes of one client. Failures in a row open it; then every request is a miss at
 * once, and after a back-off one probe at a time asks whether the shard answers. It decides nothing about whether
 * the shard's data may be served: that is the epoch's (see `protocol/`).
 *
 *     closed --failures in a row--> open --back-off over--> probing --probes passed--> closed
 *                                    ^------- a probe failed -------'
 */

import { type BackoffLimits, backoffMs } from '../pools/backoff.ts';

export type BreakerState =
  | { readonly kind: 'closed'; readonly failures: number; readonly opened: number; readonly since: number }
  /** The next probe is due at `until`; `passed` probes in a row were good. `opened` counts openings in a row. */
  | { readonly kind: 'open'; readonly passed: number; readonly opened: number; readonly until: number }
  /** One probe is under way. It is given up at `until`. */
  | { readonly kind: 'probing'; readonly passed: number; readonly opened: number; readonly until: number };

export interface BreakerLimits {
  /** Failures or time-outs in a row that open it. @default 3 */
  readonly failuresMax: number;
  /** Wait before a probe, doubled with each opening in a row. @default 100 to 5,000 ms */
  readonly backoff: BackoffLimits;
  /** Probes in a row that close it. @default 2 */
  readonly probesMin: number;
  /** A probe without an answer for so long has failed. @default 1,000 ms */
  readonly probeMs: number;
  /** Time closed without a failure after which earlier openings are forgotten. @default 30,000 ms */
  readonly forgetMs: number;
}

export const BREAKER_DEFAULTS: BreakerLimits = {
  failuresMax: 3,
  backoff: { msMin: 100, msMax: 5000, jitterRatio: 0.3 },
  probesMin: 2,
  probeMs: 1000,
  forgetMs: 30_000,
};

export function newBreaker(now: number): BreakerState {
  return { kind: 'closed', failures: 0, opened: 0, since: now };
}

/** True when requests may go to the shard. */
export function isClosed(state: BreakerState): boolean {
  return state.kind === 'closed';
}

/** True when a probe is due: call `probe` and send one. */
export function isProbeDue(state: BreakerState, now: number): boolean {
  return state.kind !== 'closed' && now >= state.until;
}

/** A probe is being sent. One that had no answer in its time has failed: the probes in a row start over. */
export function probe(state: BreakerState, now: number, limits: BreakerLimits): BreakerState {
  if (state.kind === 'closed' || now < state.until) return state;
  const passed = state.kind === 'probing' ? 0 : state.passed;
  return { kind: 'probing', passed, opened: state.opened, until: now + limits.probeMs };
}

/** A request or a probe was answered. A late answer to a request from before the opening changes nothing. */
export function succeeded(state: BreakerState, now: number, limits: BreakerLimits): BreakerState {
  if (state.kind === 'open') return state;
  if (state.kind === 'probing') return passedOne(state.passed + 1, state.opened, now, limits);
  const isForgotten = state.opened > 0 && now - state.since >= limits.forgetMs;
  if (state.failures === 0 && !isForgotten) return state;
  return { ...state, failures: 0, opened: isForgotten ? 0 : state.opened };
}

/** A request or a probe failed or had no answer in time. `random` is in [0, 1). */
export function failed(
  state: BreakerState,
  moment: { readonly now: number; readonly random: number },
  limits: BreakerLimits,
): BreakerState {
  if (state.kind === 'open') return state;
  if (state.kind === 'probing') return open(state.opened + 1, moment, limits);
  const failures = state.failures + 1;
  if (failures < limits.failuresMax) return { ...state, failures };
  const isForgotten = moment.now - state.since >= limits.forgetMs;
  return open((isForgotten ? 0 : state.opened) + 1, moment, limits);
}

function passedOne(passed: number, opened: number, now: number, limits: BreakerLimits): BreakerState {
  if (passed >= limits.probesMin) return { kind: 'closed', failures: 0, opened, since: now };
  return { kind: 'open', passed, opened, until: now };
}

function open(
  opened: number,
  { now, random }: { readonly now: number; readonly random: number },
  limits: BreakerLimits,
): BreakerState {
  return { kind: 'open', passed: 0, opened, until: now + backoffMs(opened, random, limits.backoff) };
}
