/** Which members the names of a cluster lead to. */

import type { ClusterState, Member } from './types.ts';

export interface CustomEndpoint {
  readonly id: string;
  readonly type: 'READER' | 'WRITER' | 'ANY';
  /** Only these members; empty when the exclusion list rules. */
  readonly staticMembers: readonly string[];
  readonly excludedMembers: readonly string[];
}

/** The reader endpoint: available readers, or the writer when there is none. */
export function readerTargets(state: ClusterState): string[] {
  const readers = available(state).filter((known) => known.id !== state.writer);
  if (readers.length > 0) return readers.map((known) => known.id);
  return state.writer === null ? [] : [state.writer];
}

/** A custom endpoint: its members that are available and of its type. A promoted reader leaves a READER endpoint by itself. */
export function customTargets(state: ClusterState, endpoint: CustomEndpoint): string[] {
  const chosen = available(state).filter((known) =>
    endpoint.staticMembers.length > 0
      ? endpoint.staticMembers.includes(known.id)
      : !endpoint.excludedMembers.includes(known.id),
  );
  return chosen.filter((known) => suits(state, endpoint, known)).map((known) => known.id);
}

function suits(state: ClusterState, endpoint: CustomEndpoint, known: Member): boolean {
  if (endpoint.type === 'READER') return known.id !== state.writer;
  if (endpoint.type === 'WRITER') return known.id === state.writer;
  return true;
}

function available(state: ClusterState): Member[] {
  return state.members.filter((known) => known.status === 'available');
}
