/** The state machine of an Aurora cluster: (state, input, now) -> state and effects. Runs nothing itself. */

import { assertInvariants, member, withMember } from './cluster.ts';
import { instanceEvent } from './events.ts';
import {
  type Context,
  demoteOldWriter,
  finishMove,
  finishPromotion,
  noticeDeadWriter,
  promotionFailed,
  promotionSucceeded,
  rejectFailover,
  startPromotion,
} from './failover.ts';
import { candidates } from './order.ts';
import type { ClusterState, Effect, Input, Member, NewMember, Transition } from './types.ts';

export function transition(state: ClusterState, input: Input, context: Context): Transition {
  const result = apply(state, input, context);
  assertInvariants(result.state);
  return result;
}

function apply(state: ClusterState, input: Input, context: Context): Transition {
  switch (input.kind) {
    case 'tick':
      return tick(state, context);
    case 'member-added':
      return addMember(state, input.member);
    case 'member-changed':
      return quiet(withMember(state, input.member.id, input.member));
    case 'member-removed':
      return removeMember(state, input.member);
    case 'member-serving':
      return memberServing(state, input.member, context);
    case 'process-exited':
      return processExited(state, input.member, context);
    case 'failover-requested':
      return requestFailover(state, input.target, context);
    case 'promotion-succeeded':
      return chain(promotionSucceeded(state, input.member), context);
    default:
      return promotionFailed(state, input.member, context);
  }
}

function quiet(state: ClusterState): Transition {
  return { state, effects: [] };
}

/** Runs a tick after a transition, so that what is already due happens at once. */
function chain(before: Transition, context: Context): Transition {
  const after = tick(before.state, context);
  return { state: after.state, effects: [...before.effects, ...after.effects] };
}

function addMember(state: ClusterState, added: NewMember): Transition {
  const fresh: Member = { ...added, status: 'creating', restart: null };
  return quiet({
    ...state,
    members: [...state.members, fresh],
    writer: state.writer ?? added.id,
    endpoint: state.endpoint ?? added.id,
  });
}

/** A writer is removed only as the last member: whoever removes it fails over first. */
function removeMember(state: ClusterState, id: string): Transition {
  const members = state.members.filter((known) => known.id !== id);
  const gone = state.writer === id;
  return {
    state: {
      ...state,
      members,
      writer: gone ? (members[0]?.id ?? null) : state.writer,
      endpoint: state.endpoint === id ? (gone ? (members[0]?.id ?? null) : state.writer) : state.endpoint,
      failover: gone ? null : state.failover,
    },
    effects: [{ kind: 'publish-endpoints' }, instanceEvent(id, 'deleted')],
  };
}

function memberServing(state: ClusterState, id: string, context: Context): Transition {
  const known = member(state, id);
  if (known === undefined) return quiet(state);
  const was = known.status;
  const serving = withMember(state, id, { status: 'available', restart: null });
  const effects: Effect[] = [{ kind: 'publish-endpoints' }];
  if (was === 'creating') effects.push(instanceEvent(id, 'created'));
  if (was === 'rebooting') effects.push(instanceEvent(id, 'restarted'));
  const reverted = state.failover?.phase === 'reverting' && state.writer === id;
  if (reverted) return { state: { ...serving, failover: null }, effects };
  const writer = member(serving, serving.writer);
  const writerIsDown = writer?.restart?.phase === 'waiting' && serving.failover === null;
  if (!writerIsDown) return { state: serving, effects };
  const failover = noticeDeadWriter(serving, writer.id, context);
  return { state: failover.state, effects: [...effects, ...failover.effects] };
}

function processExited(state: ClusterState, id: string, context: Context): Transition {
  const known = member(state, id);
  if (known === undefined || known.status === 'deleting') return quiet(state);
  const pending = known.restart?.phase === 'waiting' || known.restart?.phase === 'undetected';
  if (pending) return quiet(state);
  const dueAt = context.now + context.timings.detectionMs;
  const source = known.restart?.phase === 'starting' ? known.restart.source : 'own-data';
  const dying = withMember(state, id, {
    restart: { phase: 'undetected', diedAt: context.now, dueAt, source },
  });
  const underFailover = state.failover?.phase === 'promoting';
  if (id !== state.writer || underFailover) return quiet(dying);
  return quiet({ ...dying, failover: { phase: 'undetected', from: id, dueAt } });
}

function requestFailover(state: ClusterState, target: string | null, context: Context): Transition {
  const from = state.writer;
  const chosen = target ?? candidates(state)[0]?.id;
  if (rejectFailover(state, target) !== null || from === null || chosen === undefined) {
    return quiet(state);
  }
  const demoted = demoteOldWriter(state, from, context);
  return startPromotion(demoted, { from, target: chosen, cause: 'requested', tried: [] }, context);
}

function tick(state: ClusterState, context: Context): Transition {
  const effects: Effect[] = [];
  let current = state;
  const run = (step: Transition) => {
    current = step.state;
    effects.push(...step.effects);
  };
  const failover = current.failover;
  if (failover?.phase === 'undetected' && context.now >= failover.dueAt) {
    run(noticeDeadWriter(current, failover.from, context));
  } else if (failover?.phase === 'promoting' && failover.promoted) {
    if (context.now >= failover.earliestAt) run(finishPromotion(current, failover, context));
  } else if (failover?.phase === 'moving-endpoint' && context.now >= failover.dueAt) {
    run(finishMove(current, failover.target));
  }
  for (const known of current.members) run(tickRestart(current, known.id, context));
  return { state: current, effects };
}

function tickRestart(state: ClusterState, id: string, context: Context): Transition {
  const known = member(state, id);
  const restart = known?.restart;
  if (!restart || restart.phase === 'starting' || context.now < restart.dueAt) return quiet(state);
  if (restart.phase === 'undetected') {
    const { source } = restart;
    const dueAt = restart.diedAt + context.timings.crashRestartMs;
    return {
      state: withMember(state, id, {
        status: 'rebooting',
        restart: { phase: 'waiting', source, dueAt },
      }),
      effects: [{ kind: 'publish-endpoints' }],
    };
  }
  if (state.failover?.phase === 'promoting') return quiet(state);
  const role = state.writer === id ? 'writer' : 'reader';
  const source = role === 'writer' ? 'own-data' : restart.source;
  return {
    state: withMember(state, id, { restart: { phase: 'starting', source } }),
    effects: [{ kind: 'restart', member: id, source, role }],
  };
}
