/** Keeps a cluster's DNS names where its state says they lead. */

import {
  type ClusterNames,
  type ClusterState,
  type CustomEndpoint,
  customTargets,
  readerTargets,
} from '../../twin/aurora/index.ts';
import type { Names } from '../kernel/index.ts';

export interface Publication {
  readonly names: Names;
  readonly ttlS: number;
  readonly clusterNames: ClusterNames;
  readonly state: ClusterState;
  readonly customEndpoints: readonly CustomEndpoint[];
  address(instanceId: string): string | undefined;
}

/**
 * Instance names lead to addresses, the others to an instance's name: of several one at a time, so that a client that
 * keeps its answer for the TTL stays with one reader. A name without targets has no data.
 */
export function publishNames(publication: Publication): void {
  const { names, ttlS, clusterNames, state } = publication;
  for (const { id } of state.members) {
    const address = publication.address(id);
    const values = address === undefined ? [] : [address];
    names.set(clusterNames.instance(id), { type: 'A', values, ttlS });
  }
  const leadTo = (ids: readonly string[]) => {
    return { type: 'CNAME', values: ids.map((id) => clusterNames.instance(id)), ttlS } as const;
  };
  names.set(clusterNames.cluster, leadTo(state.endpoint === null ? [] : [state.endpoint]));
  names.set(clusterNames.reader, leadTo(readerTargets(state)));
  for (const endpoint of publication.customEndpoints) {
    names.set(clusterNames.custom(endpoint.id), leadTo(customTargets(state, endpoint)));
  }
}
