/** Reading and changing a cluster's state without side effects, and what must always hold. */

import type { ClusterState, Member } from './types.ts';

export function newCluster(id: string): ClusterState {
  return { id, members: [], writer: null, endpoint: null, failover: null };
}

export type ClusterStatus = 'creating' | 'available' | 'failing-over';

/** DBCluster.Status. An undetected death shows as available, as on AWS. */
export function clusterStatus(state: ClusterState): ClusterStatus {
  if (state.members.length === 0) return 'available';
  if (state.failover !== null && state.failover.phase !== 'undetected') return 'failing-over';
  const writer = member(state, state.writer);
  return writer?.status === 'creating' ? 'creating' : 'available';
}

export function member(state: ClusterState, id: string | null): Member | undefined {
  return state.members.find((candidate) => candidate.id === id);
}

export function withMember(state: ClusterState, id: string, change: Partial<Member>): ClusterState {
  return {
    ...state,
    members: state.members.map((known) => (known.id === id ? { ...known, ...change } : known)),
  };
}

/** The next time at which the machine wants a tick; null when it waits for nothing. */
export function nextDueAt(state: ClusterState): number | null {
  // A restart that is due waits for the end of a promotion: it needs somebody to follow.
  const restartsWait = state.failover?.phase === 'promoting';
  const dues = state.members.flatMap(({ restart }) => {
    if (restart === null || restart.phase === 'starting') return [];
    return restart.phase === 'waiting' && restartsWait ? [] : [restart.dueAt];
  });
  const failover = state.failover;
  if (failover?.phase === 'undetected' || failover?.phase === 'moving-endpoint') {
    dues.push(failover.dueAt);
  }
  if (failover?.phase === 'promoting' && failover.promoted) dues.push(failover.earliestAt);
  return dues.length === 0 ? null : Math.min(...dues);
}

/** Throws on a state that must not exist; run after every transition. */
export function assertInvariants(state: ClusterState): void {
  const broken: string[] = [];
  const ids = state.members.map((known) => known.id);
  if (new Set(ids).size !== ids.length) broken.push('two members share an id');
  if (state.writer !== null && !ids.includes(state.writer)) broken.push('the writer is no member');
  if (state.writer === null && ids.length > 0) broken.push('members without a writer');
  if (state.endpoint !== null && !ids.includes(state.endpoint)) {
    broken.push('the endpoint names no member');
  }
  const failover = state.failover;
  if (failover?.phase === 'promoting') {
    if (!ids.includes(failover.target)) broken.push('the target is no member');
    if (failover.target === state.writer) broken.push('the target already writes');
  }
  if (failover?.phase === 'moving-endpoint' && failover.target !== state.writer) {
    broken.push('the endpoint moves to a member that does not write');
  }
  if (broken.length > 0) throw new Error(`cluster ${state.id}: ${broken.join('; ')}`);
}
