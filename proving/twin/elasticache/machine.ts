/** ElastiCache's side of a replication group: what follows from an input, as state and effects. */

import { nodeCreated, nodeRestarted, recoveryFinished, testFailoverCalled } from './events.ts';
import {
  type Context,
  finishMove,
  finishPromotion,
  promotionFailed,
  promotionSucceeded,
  startPromotion,
} from './failover.ts';
import { assertInvariants, candidates, nodeOf, withNode } from './group.ts';
import { beginRecovery, startDue } from './recovery.ts';
import { rejectPrimary, rejectReboot, rejectTestFailover } from './rejections.ts';
import type { CacheNode, Effect, GroupState, Input, Transition } from './types.ts';

export type { Context } from './failover.ts';

/** The next state and what is to be done. An input that is not allowed now changes nothing. */
export function transition(state: GroupState, input: Input, context: Context): Transition {
  const result = apply(state, input, context);
  assertInvariants(result.state);
  return result;
}

function apply(state: GroupState, input: Input, context: Context): Transition {
  switch (input.kind) {
    case 'tick':
      return tick(state, context);
    case 'node-added':
      return addNode(state, input.node);
    case 'node-removed':
      return removeNode(state, input.node);
    case 'node-serving':
      return nodeServing(state, input.node);
    case 'process-exited':
      return processExited(state, input.node, context);
    case 'reboot-requested':
      return reboot(state, input.node, context);
    case 'restarted-outside':
      return restartedOutside(state, input.node);
    case 'test-failover-requested':
      return testFailover(state, context);
    case 'primary-requested':
      return changePrimary(state, input.node, context);
    case 'automatic-failover-changed':
      return quiet({ ...state, automaticFailover: input.enabled });
    case 'promotion-succeeded':
      return chain(promotionSucceeded(state, input.node), context);
    default:
      return promotionFailed(state, input.node, context);
  }
}

function quiet(state: GroupState): Transition {
  return { state, effects: [] };
}

/** Runs a tick after a transition, so that what is already due happens at once. */
function chain(before: Transition, context: Context): Transition {
  const after = tick(before.state, context);
  return { state: after.state, effects: [...before.effects, ...after.effects] };
}

function addNode(state: GroupState, added: Pick<CacheNode, 'id' | 'az'>): Transition {
  const fresh: CacheNode = { ...added, status: 'creating', recovery: null };
  return quiet({
    ...state,
    nodes: [...state.nodes, fresh],
    primary: state.primary ?? added.id,
    endpoint: state.endpoint ?? added.id,
  });
}

/** Groups lose replicas, or all their nodes when they are deleted: the primary goes last. */
function removeNode(state: GroupState, id: string): Transition {
  const nodes = state.nodes.filter((known) => known.id !== id);
  const heir = nodes[0]?.id ?? null;
  const { failover } = state;
  const ends = failover?.target === id || failover?.from === id || state.primary === id;
  const primary = state.primary === id ? heir : state.primary;
  return {
    state: {
      ...state,
      nodes,
      primary,
      endpoint: ends ? primary : state.endpoint,
      failover: ends ? null : failover,
    },
    effects: [{ kind: 'publish-endpoints' }],
  };
}

function nodeServing(state: GroupState, id: string): Transition {
  const known = nodeOf(state, id);
  if (known === undefined) return quiet(state);
  const effects: Effect[] = [{ kind: 'publish-endpoints' }];
  if (known.status === 'creating') effects.push(nodeCreated(id));
  if (known.status === 'rebooting cluster nodes') effects.push(nodeRestarted(id));
  if (known.status === 'recovering') effects.push(recoveryFinished(id));
  return { state: withNode(state, id, { status: 'available', recovery: null }), effects };
}

function processExited(state: GroupState, id: string, context: Context): Transition {
  const phase = nodeOf(state, id)?.recovery?.phase;
  if (nodeOf(state, id) === undefined || phase === 'undetected' || phase === 'waiting') return quiet(state);
  const dueAt = context.now + context.timings.detectionMs;
  const recovery = { phase: 'undetected', diedAt: context.now, dueAt } as const;
  return quiet(withNode(state, id, { recovery }));
}

function reboot(state: GroupState, id: string, context: Context): Transition {
  if (rejectReboot(state, id) !== null) return quiet(state);
  const dueAt = context.now + context.timings.rebootMs;
  const recovery = { phase: 'waiting', cause: 'reboot', dueAt } as const;
  return {
    state: withNode(state, id, { status: 'rebooting cluster nodes', recovery }),
    effects: [{ kind: 'end', node: id }],
  };
}

/** Whoever restarts a node says so first, and that it serves afterwards. */
function restartedOutside(state: GroupState, id: string): Transition {
  const recovery = { phase: 'starting', cause: 'reboot' } as const;
  return quiet(withNode(state, id, { status: 'rebooting cluster nodes', recovery }));
}

function testFailover(state: GroupState, context: Context): Transition {
  const target = candidates(state)[0]?.id;
  const { primary: from } = state;
  if (rejectTestFailover(state) !== null || target === undefined || from === null) return quiet(state);
  const begun = startPromotion(state, { from, target, cause: 'test' }, context);
  const recovery = beginRecovery(begun.state, from, { cause: 'failover', since: context.now }, context);
  return {
    state: recovery.state,
    effects: [testFailoverCalled(state), ...begun.effects, ...recovery.effects],
  };
}

function changePrimary(state: GroupState, target: string, context: Context): Transition {
  const { primary: from } = state;
  if (rejectPrimary(state, target) !== null || from === null) return quiet(state);
  return startPromotion(state, { from, target, cause: 'requested' }, context);
}

function tick(state: GroupState, context: Context): Transition {
  const effects: Effect[] = [];
  let current = state;
  const run = (step: Transition) => {
    current = step.state;
    effects.push(...step.effects);
  };
  const { failover } = current;
  if (failover?.phase === 'promoting' && failover.promoted && context.now >= failover.earliestAt) {
    run(finishPromotion(current, failover, context));
  } else if (failover?.phase === 'moving-endpoint' && context.now >= failover.dueAt) {
    run(finishMove(current, failover));
  }
  for (const { id } of current.nodes) run(tickNode(current, id, context));
  return { state: current, effects };
}

function tickNode(state: GroupState, id: string, context: Context): Transition {
  const recovery = nodeOf(state, id)?.recovery;
  if (!recovery || recovery.phase === 'starting' || context.now < recovery.dueAt) return quiet(state);
  if (recovery.phase === 'waiting') return startDue(state, id, recovery.cause);
  const noticed = beginRecovery(state, id, { cause: 'death', since: recovery.diedAt }, context);
  const target = candidates(noticed.state)[0]?.id;
  const fails = id === state.primary && state.automaticFailover && state.failover?.phase !== 'promoting';
  if (!fails || target === undefined) return noticed;
  const begun = startPromotion(noticed.state, { from: id, target, cause: 'crash' }, context);
  return { state: begun.state, effects: [...noticed.effects, ...begun.effects] };
}
