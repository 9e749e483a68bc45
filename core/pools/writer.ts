/**
 * Who the writer is, as far as this client knows. Only a member's own answer makes it the writer (I-27); a name
 * that resolves somewhere, or another member's view, never does.
 */

import { doubtsWriter, type FailureKind } from './sqlstate.ts';

export type WriterState =
  | { readonly kind: 'unknown'; readonly since: number }
  | { readonly kind: 'verified'; readonly since: number; readonly memberId: string; readonly askedAt: number }
  | {
      readonly kind: 'doubted';
      readonly since: number;
      readonly memberId: string;
      readonly reason: FailureKind;
    };

export const WRITER_STATES = ['unknown', 'verified', 'doubted'] as const;

export interface WriterLimits {
  /** Time between two rounds of asking every member, while the writer is not known. @default 100 */
  readonly askMs: number;
  /** How long that pace is kept; after it the slow one. @default 120,000 */
  readonly askQuicklyMs: number;
  /** The slow pace, also used while all is well. @default 1,000 */
  readonly askSlowlyMs: number;
}

export const WRITER_DEFAULTS: WriterLimits = { askMs: 100, askQuicklyMs: 120_000, askSlowlyMs: 1000 };

export function unknownWriter(now: number): WriterState {
  return { kind: 'unknown', since: now };
}

export interface WriterAnswer {
  readonly memberId: string;
  readonly isWriter: boolean;
  readonly askedAt: number;
  /** Every other member had its say in this round, or its time. */
  readonly othersHeard: boolean;
}

/**
 * A member answered the question "are you the writer?" itself. While a writer is verified and does not deny it,
 * nobody else's claim counts: it would have two claimants take turns. The member in doubt is believed again only
 * when nobody else claims the role.
 */
export function writerAnswered(state: WriterState, answer: WriterAnswer, now: number): WriterState {
  const { memberId, isWriter, askedAt } = answer;
  if (state.kind === 'verified') {
    if (state.memberId !== memberId) return state;
    if (!isWriter) return { kind: 'doubted', since: now, memberId, reason: 'read-only' };
    return { ...state, askedAt: Math.max(askedAt, state.askedAt) };
  }
  if (!isWriter) return state;
  if (state.kind === 'doubted') {
    // An answer to a question asked before the doubt arose says nothing about it.
    if (askedAt < state.since) return state;
    if (memberId === state.memberId && !answer.othersHeard) return state;
  }
  return { kind: 'verified', since: now, memberId, askedAt };
}

/** A write on a member failed. A failure on a member that is not the writer any more changes nothing. */
export function writeFailed(
  state: WriterState,
  failure: { readonly memberId: string; readonly kind: FailureKind },
  now: number,
): WriterState {
  if (state.kind !== 'verified' || state.memberId !== failure.memberId) return state;
  if (!doubtsWriter(failure.kind)) return state;
  return { kind: 'doubted', since: now, memberId: failure.memberId, reason: failure.kind };
}

/** Time until the members are asked again. */
export function nextAskMs(state: WriterState, now: number, limits: WriterLimits): number {
  if (state.kind === 'verified') return limits.askSlowlyMs;
  return now - state.since < limits.askQuicklyMs ? limits.askMs : limits.askSlowlyMs;
}
