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

/** Instance names lead to addresses, the cluster's to an instance's name. A name without targets has no data. */
export function publishNames(publication: Publication): void {
  const { names, ttlS, clusterNames, state } = publication;
  for (const { id } of state.members) {
    names.set(clusterNames.instance(id), addresses(publication, [id]));
  }
  if (state.endpoint === null) names.set(clusterNames.cluster, { type: 'A', values: [], ttlS });
  else {
    const values = [clusterNames.instance(state.endpoint)];
    names.set(clusterNames.cluster, { type: 'CNAME', values, ttlS });
  }
  names.set(clusterNames.reader, addresses(publication, readerTargets(state)));
  for (const endpoint of publication.customEndpoints) {
    const targets = customTargets(state, endpoint);
    names.set(clusterNames.custom(endpoint.id), addresses(publication, targets));
  }
}

function addresses(publication: Publication, ids: readonly string[]) {
  const values = ids.flatMap((id) => publication.address(id) ?? []);
  return { type: 'A', values, ttlS: publication.ttlS } as const;
}
