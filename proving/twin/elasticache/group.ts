/** Reading and changing a group's state without side effects, and what must always hold. */

import type { CacheNode, GroupState } from './types.ts';

export function newGroup(id: string, automaticFailover: boolean): GroupState {
  return { id, automaticFailover, nodes: [], primary: null, endpoint: null, failover: null };
}

export function nodeOf(state: GroupState, id: string | null): CacheNode | undefined {
  return state.nodes.find((candidate) => candidate.id === id);
}

export function withNode(state: GroupState, id: string, change: Partial<CacheNode>): GroupState {
  return {
    ...state,
    nodes: state.nodes.map((known) => (known.id === id ? { ...known, ...change } : known)),
  };
}

/** ReplicationGroup.Status. An undetected death shows as available, as on AWS. */
export function groupStatus(state: GroupState): 'creating' | 'available' | 'modifying' {
  const statuses = state.nodes.map(({ status }) => status);
  if (statuses.includes('creating')) return 'creating';
  if (state.failover !== null) return 'modifying';
  return statuses.every((status) => status === 'available') ? 'available' : 'modifying';
}

/** Replicas that may be promoted, in the order of their numbers. */
export function candidates(state: GroupState): readonly CacheNode[] {
  return state.nodes.filter(
    ({ id, status, recovery }) => id !== state.primary && status === 'available' && recovery === null,
  );
}

/** Whom the reader endpoint leads to: the replicas that are available, else the primary. */
export function readerTargets(state: GroupState): readonly string[] {
  const replicas = state.nodes.filter(({ id, status }) => id !== state.primary && status === 'available');
  if (replicas.length > 0) return replicas.map(({ id }) => id);
  return state.primary === null ? [] : [state.primary];
}

/** The next time at which the machine wants a tick; null when it waits for nothing. */
export function nextDueAt(state: GroupState): number | null {
  // A start that is due waits for the end of a promotion: it needs somebody to copy.
  const startsWait = state.failover?.phase === 'promoting';
  const dues = state.nodes.flatMap(({ recovery }) => {
    if (recovery === null || recovery.phase === 'starting') return [];
    return recovery.phase === 'waiting' && startsWait ? [] : [recovery.dueAt];
  });
  const { failover } = state;
  if (failover?.phase === 'moving-endpoint') dues.push(failover.dueAt);
  if (failover?.phase === 'promoting' && failover.promoted) dues.push(failover.earliestAt);
  return dues.length === 0 ? null : Math.min(...dues);
}

/** Throws on a state that must not exist; run after every transition. */
export function assertInvariants(state: GroupState): void {
  const broken: string[] = [];
  const ids = state.nodes.map(({ id }) => id);
  if (new Set(ids).size !== ids.length) broken.push('two nodes share an id');
  if ((state.primary === null) !== (ids.length === 0)) broken.push('nodes without a primary, or the reverse');
  if (state.primary !== null && !ids.includes(state.primary)) broken.push('the primary is no node');
  if (state.endpoint !== null && !ids.includes(state.endpoint)) broken.push('the endpoint names no node');
  const { failover } = state;
  if (failover?.phase === 'promoting' && failover.target === state.primary) {
    broken.push('the target already is the primary');
  }
  if (failover?.phase === 'moving-endpoint' && failover.target !== state.primary) {
    broken.push('the endpoint moves to a node that is not the primary');
  }
  if (failover === null && state.endpoint !== state.primary) {
    broken.push('the endpoint names another node than the primary');
  }
  if (broken.length > 0) throw new Error(`replication group ${state.id}: ${broken.join('; ')}`);
}
