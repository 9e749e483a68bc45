/**
 * The life of one reader in the eyes of one client, as pure transitions. Out quickly, back slowly: a member
 * returns through probes of our own, then through a growing share of the traffic, never by a user's request.
 */

import { type BackoffLimits, backoffMs } from './backoff.ts';

export type EjectionReason = 'errors' | 'slow' | 'unproven';

export type MemberState =
  | { readonly kind: 'fresh'; readonly since: number; readonly ejections: number }
  | {
      readonly kind: 'suspect';
      readonly since: number;
      readonly ejections: number;
      readonly errors: number;
      readonly lates: number;
    }
  | {
      readonly kind: 'ejected';
      readonly since: number;
      readonly ejections: number;
      readonly until: number;
      readonly reason: EjectionReason;
    }
  | { readonly kind: 'probing'; readonly since: number; readonly ejections: number; readonly passed: number }
  | {
      readonly kind: 'returning';
      readonly since: number;
      readonly ejections: number;
      readonly lates: number;
    };

export const MEMBER_STATES = ['fresh', 'suspect', 'ejected', 'probing', 'returning'] as const;

export interface MemberLimits {
  /** Errors in a row before a member is left out. @default 3 */
  readonly errorsMax: number;
  /** Late first attempts in a row, while others answer in time, before a member is left out. @default 3 */
  readonly latesMax: number;
  /** Wait before the first probe, doubled by each ejection soon after another. @default 500 to 5,000 ms */
  readonly backoff: BackoffLimits;
  /** Probes that must pass before a member returns. @default 2 */
  readonly probesMin: number;
  /** Time over which a returning member's share grows to a full one. @default 5,000 ms */
  readonly rampMs: number;
  /** Share of a full one that a returning member starts with. @default 0.1 */
  readonly rampShareMin: number;
  /** Time as a fresh member after which earlier ejections are forgotten. @default 60,000 ms */
  readonly forgetMs: number;
}

export const MEMBER_DEFAULTS: MemberLimits = {
  errorsMax: 3,
  latesMax: 3,
  backoff: { msMin: 500, msMax: 5000, jitterRatio: 0.3 },
  probesMin: 2,
  rampMs: 5000,
  rampShareMin: 0.1,
  forgetMs: 60_000,
};

/** What a transition may use besides the state: time and chance come from outside. */
export interface Moment {
  readonly now: number;
  /** In [0, 1). */
  readonly random: number;
  /** The panic floor allows one more member out. */
  readonly mayEject: boolean;
}

export function newMember(now: number): MemberState {
  return { kind: 'fresh', since: now, ejections: 0 };
}

/** A member that joined later: it proves itself before it serves. */
export function joiningMember(now: number): MemberState {
  return { kind: 'probing', since: now, ejections: 0, passed: 0 };
}

/** A first attempt that was answered in time. */
export function answered(state: MemberState, now: number): MemberState {
  if (state.kind === 'returning' && state.lates > 0) return { ...state, lates: 0 };
  if (state.kind !== 'suspect') return state;
  return { kind: 'fresh', since: now, ejections: state.ejections };
}

/** A failure that blames the member. */
export function failed(state: MemberState, moment: Moment, limits: MemberLimits): MemberState {
  if (state.kind === 'ejected' || state.kind === 'probing') return state;
  const errors = (state.kind === 'suspect' ? state.errors : 0) + 1;
  if (state.kind === 'returning' || errors >= limits.errorsMax) {
    if (moment.mayEject) return ejected(state, 'errors', moment, limits);
  }
  return suspected(state, moment.now, { errors, lates: state.kind === 'suspect' ? state.lates : 0 });
}

/**
 * A first attempt that is later than the pool's answers explain. `othersAnswer`: another member answered in
 * time since this one fell under suspicion; without that, slowness is everybody's and blames nobody.
 */
export function late(
  state: MemberState,
  moment: Moment & { readonly othersAnswer: boolean },
  limits: MemberLimits,
): MemberState {
  if (state.kind === 'ejected' || state.kind === 'probing') return state;
  const lates = (state.kind === 'fresh' ? 0 : state.lates) + 1;
  if (lates >= limits.latesMax && moment.othersAnswer && moment.mayEject) {
    return ejected(state, 'slow', moment, limits);
  }
  if (state.kind === 'returning') return { ...state, lates };
  return suspected(state, moment.now, { errors: state.kind === 'suspect' ? state.errors : 0, lates });
}

/** A member in service that does far worse than the others, over a while. */
export function outlying(
  state: MemberState,
  reason: EjectionReason,
  moment: Moment,
  limits: MemberLimits,
): MemberState {
  if (isOut(state) || !moment.mayEject) return state;
  return ejected(state, reason, moment, limits);
}

/** What the mere passing of time changes. */
export function aged(state: MemberState, now: number, limits: MemberLimits): MemberState {
  if (state.kind === 'ejected' && now >= state.until) {
    return { kind: 'probing', since: now, ejections: state.ejections, passed: 0 };
  }
  if (state.kind === 'returning' && now - state.since >= limits.rampMs) {
    return { kind: 'fresh', since: now, ejections: state.ejections };
  }
  if (state.kind === 'fresh' && state.ejections > 0 && now - state.since >= limits.forgetMs) {
    return { kind: 'fresh', since: state.since, ejections: 0 };
  }
  return state;
}

/** The result of one of our own probes. */
export function probed(state: MemberState, ok: boolean, moment: Moment, limits: MemberLimits): MemberState {
  if (state.kind !== 'probing') return state;
  if (!ok) return ejected(state, 'unproven', moment, limits);
  const passed = state.passed + 1;
  if (passed < limits.probesMin) return { ...state, passed };
  return { kind: 'returning', since: moment.now, ejections: state.ejections, lates: 0 };
}

/** Share of a full member's traffic, 0 to 1. */
export function shareOf(state: MemberState, now: number, limits: MemberLimits): number {
  if (isOut(state)) return 0;
  if (state.kind !== 'returning') return 1;
  const done = Math.min(1, Math.max(0, (now - state.since) / limits.rampMs));
  return limits.rampShareMin + (1 - limits.rampShareMin) * done;
}

/** Out of the pool: counted against the panic floor. */
export function isOut(state: MemberState): boolean {
  return state.kind === 'ejected' || state.kind === 'probing';
}

function suspected(
  state: MemberState,
  now: number,
  counts: { readonly errors: number; readonly lates: number },
): MemberState {
  const since = state.kind === 'suspect' ? state.since : now;
  return { kind: 'suspect', since, ejections: state.ejections, ...counts };
}

function ejected(
  state: MemberState,
  reason: EjectionReason,
  moment: Moment,
  limits: MemberLimits,
): MemberState {
  const ejections = state.ejections + 1;
  const until = moment.now + backoffMs(ejections, moment.random, limits.backoff);
  return { kind: 'ejected', since: moment.now, ejections, until, reason };
}
