/** The DNS names AWS gives to a cluster, its endpoints and its instances. */

export interface NamingScope {
  readonly region: string;
  /** The twelve characters that stand for an account in a Region. */
  readonly hash: string;
  readonly urlSuffix: string;
}

export interface ClusterNames {
  readonly cluster: string;
  readonly reader: string;
  /** Covers every custom endpoint, as AWS's certificates do. */
  readonly customWildcard: string;
  custom(endpointId: string): string;
  instance(instanceId: string): string;
}

export function clusterNames(clusterId: string, scope: NamingScope): ClusterNames {
  const tail = `${scope.region}.rds.${scope.urlSuffix}`;
  return {
    cluster: `${clusterId}.cluster-${scope.hash}.${tail}`,
    reader: `${clusterId}.cluster-ro-${scope.hash}.${tail}`,
    customWildcard: `*.cluster-custom-${scope.hash}.${tail}`,
    custom: (endpointId) => `${endpointId}.cluster-custom-${scope.hash}.${tail}`,
    instance: (instanceId) => `${instanceId}.${scope.hash}.${tail}`,
  };
}
