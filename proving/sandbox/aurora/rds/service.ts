/** The RDS operations the kit and its operators use. */

import * as rds from '@aws-sdk/client-rds';
import { type AwsService, operation, type World } from '../../kernel/index.ts';
import type { EventLog } from '../event-log.ts';
import { nameOf, type Registry } from '../registry.ts';
import { describeClusters, describeEndpoints, describeInstances } from './describe.ts';
import { describeEvents } from './events.ts';
import { modifyEndpoint } from './modify-endpoint.ts';
import { clusterShape } from './shapes.ts';

export interface RdsServiceOptions {
  readonly world: World;
  readonly registry: Registry;
  readonly events: EventLog;
}

export function createRdsService(options: RdsServiceOptions): AwsService {
  return {
    signingName: 'rds',
    sdk: rds,
    client: new rds.RDSClient({ region: options.world.region }),
    operations: { ...describeOperations(options), ...changeOperations(options) },
  };
}

/** A list without an identifier needs the right to all: `cluster:*`. */
function arns(registry: Registry) {
  return {
    cluster: (identifier = '*') => registry.arn('cluster', nameOf(identifier)),
    instance: (identifier = '*') => registry.arn('db', nameOf(identifier)),
    endpoint: (identifier = '*') => registry.arn('cluster-endpoint', nameOf(identifier)),
  };
}

function describeOperations({ world, registry, events }: RdsServiceOptions) {
  const arn = arns(registry);
  return {
    DescribeDBClusters: operation({
      authorize: (input: rds.DescribeDBClustersMessage) => [
        { action: 'rds:DescribeDBClusters', resource: arn.cluster(input.DBClusterIdentifier) },
      ],
      handle: (input: rds.DescribeDBClustersMessage) => describeClusters(registry, input),
    }),
    DescribeDBInstances: operation({
      authorize: (input: rds.DescribeDBInstancesMessage) => [
        { action: 'rds:DescribeDBInstances', resource: arn.instance(input.DBInstanceIdentifier) },
      ],
      handle: (input: rds.DescribeDBInstancesMessage) => describeInstances(registry, input, world),
    }),
    DescribeDBClusterEndpoints: operation({
      authorize: (input: rds.DescribeDBClusterEndpointsMessage) => {
        const { DBClusterIdentifier: cluster, DBClusterEndpointIdentifier: endpoint } = input;
        const resources: string[] = [];
        if (cluster !== undefined) resources.push(arn.cluster(cluster));
        if (endpoint !== undefined || cluster === undefined) resources.push(arn.endpoint(endpoint));
        return resources.map((resource) => ({ action: 'rds:DescribeDBClusterEndpoints', resource }));
      },
      handle: (input: rds.DescribeDBClusterEndpointsMessage) => describeEndpoints(registry, input),
    }),
    DescribeEvents: operation({
      authorize: () => [{ action: 'rds:DescribeEvents', resource: '*' }],
      handle: (input: rds.DescribeEventsMessage) => describeEvents(events, input, world.now()),
    }),
    ListTagsForResource: operation({
      authorize: (input: rds.ListTagsForResourceMessage) => [
        { action: 'rds:ListTagsForResource', resource: input.ResourceName ?? '*' },
      ],
      handle: (input: rds.ListTagsForResourceMessage) => ({
        TagList: [...registry.tags(input.ResourceName ?? '')],
      }),
    }),
  };
}

function changeOperations({ registry }: RdsServiceOptions) {
  const arn = arns(registry);
  return {
    ModifyDBClusterEndpoint: operation({
      authorize: (input: rds.ModifyDBClusterEndpointMessage) => [
        {
          action: 'rds:ModifyDBClusterEndpoint',
          resource: arn.endpoint(input.DBClusterEndpointIdentifier),
        },
      ],
      handle: (input: rds.ModifyDBClusterEndpointMessage) => modifyEndpoint(registry, input),
    }),
    FailoverDBCluster: operation({
      authorize: (input: rds.FailoverDBClusterMessage) => {
        const { DBClusterIdentifier: cluster, TargetDBInstanceIdentifier: target } = input;
        const resources = [arn.cluster(cluster), ...(target ? [arn.instance(target)] : [])];
        return resources.map((resource) => ({ action: 'rds:FailoverDBCluster', resource }));
      },
      handle: (input: rds.FailoverDBClusterMessage) => {
        const cluster = registry.cluster(input.DBClusterIdentifier ?? '');
        const target = input.TargetDBInstanceIdentifier;
        cluster.failover(target ? registry.instance(target).id : null);
        return { DBCluster: clusterShape(registry, cluster) };
      },
    }),
  };
}
