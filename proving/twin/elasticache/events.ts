/** The events the kit meets, with AWS's texts (ElastiCache guide, "Testing automatic failover"; DescribeEvents). */

import type { Effect, GroupState } from './types.ts';

/** A node of a replication group has one cache node, and that is its number. */
export const CACHE_NODE_ID = '0001';

function nodeEvent(node: string, message: string): Effect {
  return { kind: 'event', event: { sourceType: 'cache-cluster', source: node, message } };
}

function groupEvent(state: GroupState, message: string): Effect {
  return { kind: 'event', event: { sourceType: 'replication-group', source: state.id, message } };
}

export function nodeCreated(node: string): Effect {
  return nodeEvent(node, 'Cache cluster created');
}

export function nodeRestarted(node: string): Effect {
  return nodeEvent(node, `Cache node ${CACHE_NODE_ID} restarted`);
}

export function recoveryStarted(node: string): Effect {
  return nodeEvent(node, `Recovering cache nodes ${CACHE_NODE_ID}`);
}

export function recoveryFinished(node: string): Effect {
  return nodeEvent(node, `Finished recovery for cache nodes ${CACHE_NODE_ID}`);
}

export function testFailoverCalled(state: GroupState): Effect {
  return groupEvent(state, `Test Failover API called for node group ${CACHE_NODE_ID}`);
}

export function failoverCompleted(state: GroupState, from: string, target: string): readonly Effect[] {
  const message = `Failover from primary node ${from} to replica node ${target} completed`;
  return [nodeEvent(target, message), groupEvent(state, message)];
}
