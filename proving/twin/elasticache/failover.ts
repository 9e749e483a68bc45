/** The failover of a group: promoting a replica, moving the primary endpoint, and what happens when it fails. */

import { failoverCompleted } from './events.ts';
import { candidates, nodeOf } from './group.ts';
import type { Timings } from './timings.ts';
import type { Failover, FailoverCause, GroupState, Transition } from './types.ts';

type Promoting = Extract<Failover, { phase: 'promoting' }>;
type Moving = Extract<Failover, { phase: 'moving-endpoint' }>;

export interface Context {
  /** Epoch ms. */
  readonly now: number;
  readonly timings: Timings;
}

/** A primary that was asked to hand over stays as a replica; any other one is ended, and replaced. */
export function startPromotion(
  state: GroupState,
  failover: { readonly from: string; readonly target: string; readonly cause: FailoverCause },
  context: Context,
): Transition {
  const { from, target, cause } = failover;
  const earliestAt = context.now + context.timings.promotionMs;
  return {
    state: { ...state, failover: { ...failover, phase: 'promoting', earliestAt, promoted: false } },
    effects: [{ kind: 'promote', target, from, keep: cause === 'requested' }],
  };
}

export function promotionSucceeded(state: GroupState, target: string): Transition {
  const { failover } = state;
  if (failover?.phase !== 'promoting' || failover.target !== target) return { state, effects: [] };
  return { state: { ...state, failover: { ...failover, promoted: true } }, effects: [] };
}

/** The promoted target is the primary from here on, though the endpoint still names the old one. */
export function finishPromotion(state: GroupState, failover: Promoting, context: Context): Transition {
  const { from, target } = failover;
  const dueAt = context.now + context.timings.endpointMoveMs;
  return {
    state: { ...state, primary: target, failover: { phase: 'moving-endpoint', from, target, dueAt } },
    effects: [],
  };
}

export function finishMove(state: GroupState, { from, target }: Moving): Transition {
  return {
    state: { ...state, endpoint: target, failover: null },
    effects: [{ kind: 'publish-endpoints' }, ...failoverCompleted(state, from, target)],
  };
}

/** Tries the next replica; with none left the old primary is what comes back, empty if it was lost. */
export function promotionFailed(state: GroupState, target: string, context: Context): Transition {
  const { failover } = state;
  if (failover?.phase !== 'promoting' || failover.target !== target || failover.promoted) {
    return { state, effects: [] };
  }
  const next = candidates(state).find(({ id }) => id !== target);
  if (next === undefined || nodeOf(state, failover.from) === undefined) {
    return { state: { ...state, failover: null }, effects: [{ kind: 'publish-endpoints' }] };
  }
  return startPromotion(state, { ...failover, target: next.id }, context);
}
