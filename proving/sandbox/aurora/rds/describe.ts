/** The Describe operations. Everything fits one page: a sandbox has few clusters. */

import type * as rds from '@aws-sdk/client-rds';
import type { World } from '../../kernel/index.ts';
import { nameOf, type Registry } from '../registry.ts';
import { passes } from './filters.ts';
import { builtInEndpoints, clusterShape, customEndpointShape, instanceShape } from './shapes.ts';

const ENGINE = 'aurora-postgresql';

export function describeClusters(
  registry: Registry,
  input: rds.DescribeDBClustersMessage,
): rds.DBClusterMessage {
  const { DBClusterIdentifier: identifier } = input;
  const found = identifier ? [registry.cluster(identifier)] : [...registry.clusters.values()];
  const passing = found.filter(({ settings }) =>
    passes(input.Filters, { 'db-cluster-id': settings.id, engine: ENGINE }),
  );
  return { DBClusters: passing.map((cluster) => clusterShape(registry, cluster)) };
}

export function describeInstances(
  registry: Registry,
  input: rds.DescribeDBInstancesMessage,
  world: World,
): rds.DBInstanceMessage {
  const { DBInstanceIdentifier: identifier } = input;
  const found = identifier ? [registry.instance(identifier)] : [...registry.instances.values()];
  const passing = found.filter((record) =>
    passes(input.Filters, {
      'db-cluster-id': record.cluster.settings.id,
      'db-instance-id': record.id,
      engine: ENGINE,
    }),
  );
  return { DBInstances: passing.map((record) => instanceShape(registry, record, world)) };
}

export function describeEndpoints(
  registry: Registry,
  input: rds.DescribeDBClusterEndpointsMessage,
): rds.DBClusterEndpointMessage {
  const { DBClusterIdentifier: clusterId, DBClusterEndpointIdentifier: endpointId } = input;
  const clusters = clusterId ? [registry.cluster(clusterId)] : [...registry.clusters.values()];
  const custom = [...registry.endpoints.values()]
    .filter((record) => clusters.includes(record.cluster))
    .filter((record) => endpointId === undefined || record.id === nameOf(endpointId))
    .map((record) => customEndpointShape(registry, record));
  const builtIn = endpointId === undefined ? clusters.flatMap(builtInEndpoints) : [];
  const passing = [...builtIn, ...custom].filter((endpoint) =>
    passes(input.Filters, {
      'db-cluster-endpoint-type': endpoint.EndpointType ?? '',
      'db-cluster-endpoint-custom-type': endpoint.CustomEndpointType ?? '',
      'db-cluster-endpoint-id': endpoint.DBClusterEndpointIdentifier ?? '',
      'db-cluster-endpoint-status': endpoint.Status ?? '',
    }),
  );
  return { DBClusterEndpoints: passing };
}
