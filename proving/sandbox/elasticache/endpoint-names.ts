/** Keeps a group's DNS names where its state says they lead. */

import { type GroupNames, type GroupState, readerTargets } from '../../twin/elasticache/index.ts';
import type { Names } from '../kernel/index.ts';

export interface Publication {
  readonly names: Names;
  readonly ttlS: number;
  readonly groupNames: GroupNames;
  readonly state: GroupState;
  address(nodeId: string): string | undefined;
}

/** Node names lead to addresses, the endpoints to a node's name: the reader endpoint to one replica at a time. */
export function publishNames(publication: Publication): void {
  const { names, ttlS, groupNames, state } = publication;
  for (const { id } of state.nodes) {
    const address = publication.address(id);
    names.set(groupNames.node(id), { type: 'A', values: address === undefined ? [] : [address], ttlS });
  }
  const leadTo = (ids: readonly string[]) => {
    return { type: 'CNAME', values: ids.map((id) => groupNames.node(id)), ttlS } as const;
  };
  names.set(groupNames.primary, leadTo(state.endpoint === null ? [] : [state.endpoint]));
  names.set(groupNames.reader, leadTo(readerTargets(state)));
}

export function removeNames(names: Names, groupNames: GroupNames, nodeIds: readonly string[]): void {
  for (const name of [groupNames.primary, groupNames.reader, ...nodeIds.map((id) => groupNames.node(id))]) {
    names.remove(name);
  }
}
