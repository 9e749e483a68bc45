/** The failover of a cluster: noticing, promoting, moving the endpoint, and what happens when no target works. */

import { member, withMember } from './cluster.ts';
import { failoverCompleted, failoverFailed, failoverStarted, previousPrimaryAgain } from './events.ts';
import { candidates } from './order.ts';
import type { Timings } from './timings.ts';
import type { ClusterState, Effect, Failover, FailoverCause, Transition } from './types.ts';

type Promoting = Extract<Failover, { phase: 'promoting' }>;

export interface Context {
  readonly now: number;
  readonly timings: Timings;
}

export type Rejection =
  | { readonly fault: 'InvalidDBClusterStateFault'; readonly message: string }
  | { readonly fault: 'InvalidDBInstanceState'; readonly message: string }
  | { readonly fault: 'DBInstanceNotFound'; readonly message: string };

/** Why FailoverDBCluster is refused, or null. The target must be an available reader of the cluster. */
export function rejectFailover(state: ClusterState, target: string | null): Rejection | null {
  if (state.failover !== null && state.failover.phase !== 'undetected') {
    return clusterFault(`Cluster ${state.id} is already failing over.`);
  }
  if (state.writer === null || state.members.length < 2) {
    return clusterFault(`Cluster ${state.id} has no readers to fail over to.`);
  }
  if (member(state, state.writer)?.status === 'creating') {
    return clusterFault(`Cluster ${state.id} is not in available state.`);
  }
  if (target === null) {
    if (candidates(state).length > 0) return null;
    return clusterFault(`Cluster ${state.id} has no available readers to fail over to.`);
  }
  const wanted = member(state, target);
  if (wanted === undefined) {
    return {
      fault: 'DBInstanceNotFound',
      message: `DBInstance ${target} not found in cluster ${state.id}.`,
    };
  }
  if (target === state.writer) {
    return instanceFault(`DB instance ${target} is already the writer of cluster ${state.id}.`);
  }
  if (wanted.status !== 'available') {
    return instanceFault(`DB instance ${target} is not in available state.`);
  }
  return null;
}

function clusterFault(message: string): Rejection {
  return { fault: 'InvalidDBClusterStateFault', message };
}

function instanceFault(message: string): Rejection {
  return { fault: 'InvalidDBInstanceState', message };
}

/**
 * RDS has noticed that the writer is dead: promote the best reader, or wait for the writer's own restart. A writer
 * that died before the endpoint had moved to it gets the endpoint now: it is the one that comes back.
 */
export function noticeDeadWriter(state: ClusterState, from: string, context: Context): Transition {
  const target = candidates(state)[0];
  if (target === undefined) {
    const hasMoved = state.endpoint === from;
    const effects: Effect[] = hasMoved ? [] : [{ kind: 'publish-endpoints' }];
    return { state: { ...state, endpoint: from, failover: null }, effects };
  }
  return startPromotion(state, { from, target: target.id, cause: 'crash', tried: [] }, context);
}

export function startPromotion(
  state: ClusterState,
  failover: { from: string | null; target: string; cause: FailoverCause; tried: readonly string[] },
  context: Context,
): Transition {
  const promoting: Promoting = {
    ...failover,
    phase: 'promoting',
    earliestAt: context.now + context.timings.promotionMs,
    promoted: false,
  };
  return {
    state: { ...withoutOwnData(state, failover.from), failover: promoting },
    effects: [
      failoverStarted(state, failover.from, failover.target),
      { kind: 'promote', target: failover.target, from: failover.from },
    ],
  };
}

/** A dead writer that loses its role may hold an unacknowledged tail: it may only come back as a copy. */
function withoutOwnData(state: ClusterState, from: string | null): ClusterState {
  const restart = member(state, from)?.restart;
  if (from === null || !restart) return state;
  return withMember(state, from, { restart: { ...restart, source: 'storage-copy' } });
}

/** The old writer of a requested failover is taken down with it, and comes back as a reader. */
export function demoteOldWriter(state: ClusterState, from: string, context: Context): ClusterState {
  return withMember(state, from, {
    status: 'rebooting',
    restart: {
      phase: 'waiting',
      source: 'storage-copy',
      dueAt: context.now + context.timings.demotionMs,
    },
  });
}

export function promotionSucceeded(state: ClusterState, target: string): Transition {
  const failover = state.failover;
  if (failover?.phase !== 'promoting' || failover.target !== target) return { state, effects: [] };
  return { state: { ...state, failover: { ...failover, promoted: true } }, effects: [] };
}

/**
 * The promoted target serves, or has died meanwhile, which starts the next failover. Either way it is the
 * writer from here on, though the endpoint still names the old one.
 */
export function finishPromotion(state: ClusterState, failover: Promoting, context: Context): Transition {
  const { from, target } = failover;
  const died = member(state, target)?.restart;
  if (died?.phase === 'undetected') {
    const next = { phase: 'undetected', from: target, dueAt: died.dueAt } as const;
    return { state: { ...state, writer: target, failover: next }, effects: [] };
  }
  return {
    state: {
      ...state,
      writer: target,
      failover: {
        phase: 'moving-endpoint',
        from,
        target,
        dueAt: context.now + context.timings.endpointMoveMs,
      },
    },
    effects: [{ kind: 'serve', member: target }],
  };
}

export function finishMove(state: ClusterState, target: string): Transition {
  return {
    state: { ...state, endpoint: target, failover: null },
    effects: [{ kind: 'publish-endpoints' }, failoverCompleted(state, target)],
  };
}

/** Tries the next reader; with none left the previous writer is started again in place. */
export function promotionFailed(state: ClusterState, target: string, context: Context): Transition {
  const failover = state.failover;
  if (failover?.phase !== 'promoting' || failover.target !== target || failover.promoted) {
    return { state, effects: [] };
  }
  const tried = [...failover.tried, target];
  const abandoned = restartFailedTarget(state, target, context);
  const next = candidates(abandoned, tried)[0];
  if (next !== undefined) {
    return startPromotion(abandoned, { ...failover, target: next.id, tried }, context);
  }
  return revert(abandoned);
}

function restartFailedTarget(state: ClusterState, target: string, context: Context): ClusterState {
  return withMember(state, target, {
    status: 'rebooting',
    restart: {
      phase: 'waiting',
      source: 'storage-copy',
      dueAt: context.now + context.timings.demotionMs,
    },
  });
}

function revert(state: ClusterState): Transition {
  const writer = state.writer;
  if (writer === null) return { state: { ...state, failover: null }, effects: [] };
  const effects: Effect[] = [
    failoverFailed(state),
    previousPrimaryAgain(state, writer),
    { kind: 'restart', member: writer, source: 'own-data', role: 'writer' },
  ];
  const restarting = withMember(state, writer, {
    status: 'rebooting',
    restart: { phase: 'starting', source: 'own-data' },
  });
  return {
    state: { ...restarting, failover: { phase: 'reverting', writer } },
    effects,
  };
}
