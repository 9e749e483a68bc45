/** AWS::RDS::DBClusterEndpoint: a custom endpoint. DNS answers its members that are available and of its type. */

import type { CustomEndpoint } from '../../../twin/aurora/index.ts';
import {
  AwsError,
  type Enacted,
  Properties,
  type ResourceProvider,
  type ResourceRequest,
} from '../../kernel/index.ts';
import { type EndpointRecord, newResourceId, type Registry } from '../registry.ts';
import { mergedTags } from './tags.ts';

/** Aurora's quota. */
const ENDPOINTS_PER_CLUSTER_MAX = 5;
const TYPES = ['READER', 'WRITER', 'ANY'] as const;

export function endpointProvider(registry: Registry): ResourceProvider {
  return {
    type: 'AWS::RDS::DBClusterEndpoint',
    replaceOn: ['DBClusterEndpointIdentifier', 'DBClusterIdentifier'],
    async create(request) {
      const properties = read(request);
      const cluster = registry.cluster(properties.requiredText('DBClusterIdentifier'));
      const id = properties.requiredText('DBClusterEndpointIdentifier').toLowerCase();
      if (registry.endpoints.has(id)) {
        throw new AwsError('DBClusterEndpointAlreadyExistsFault', `${id} already exists`);
      }
      if (cluster.customEndpoints.size >= ENDPOINTS_PER_CLUSTER_MAX) {
        throw new AwsError(
          'DBClusterEndpointQuotaExceededFault',
          `a cluster has at most ${ENDPOINTS_PER_CLUSTER_MAX} custom endpoints`,
        );
      }
      const resourceId = newResourceId('cluster-endpoint');
      const record = { id, cluster, resourceId, tags: mergedTags(request) };
      registry.endpoints.set(id, record);
      return put(registry, record, endpointOf(properties, id));
    },
    async update(request) {
      const record = registry.endpoint(request.physicalId);
      record.tags = mergedTags(request);
      return put(registry, record, endpointOf(read(request), record.id));
    },
    async delete({ physicalId }) {
      const record = registry.endpoints.get(physicalId);
      record?.cluster.removeEndpoint(record.id);
      registry.endpoints.delete(physicalId);
    },
  };
}

function read(request: ResourceRequest): Properties {
  const properties = new Properties(request, request.properties);
  properties.only([
    'CustomEndpointType',
    'DBClusterEndpointIdentifier',
    'DBClusterIdentifier',
    'EndpointType',
    'ExcludedMembers',
    'StaticMembers',
    'Tags',
  ]);
  return properties;
}

function endpointOf(properties: Properties, id: string): CustomEndpoint {
  const type = properties.oneOf(
    properties.has('CustomEndpointType') ? 'CustomEndpointType' : 'EndpointType',
    TYPES,
  );
  if (type === undefined) throw properties.fault('CustomEndpointType', 'is required');
  return {
    id,
    type,
    staticMembers: properties.list('StaticMembers').map(String),
    excludedMembers: properties.list('ExcludedMembers').map(String),
  };
}

function put(registry: Registry, record: EndpointRecord, endpoint: CustomEndpoint): Enacted {
  const { cluster, id } = record;
  cluster.customEndpoints.set(id, endpoint);
  cluster.publish();
  return {
    physicalId: id,
    attributes: {
      Endpoint: cluster.names.custom(id),
      DBClusterEndpointArn: registry.arn('cluster-endpoint', id),
      DBClusterEndpointResourceIdentifier: record.resourceId,
      EndpointType: 'CUSTOM',
      Status: 'available',
    },
  };
}
