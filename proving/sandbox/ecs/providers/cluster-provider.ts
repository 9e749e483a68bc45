/** AWS::ECS::Cluster and what associates capacity providers with it. Fargate is the only capacity there is. */

import { mergedTags } from '../../aurora/providers/tags.ts';
import {
  AwsError,
  type Enacted,
  Properties,
  type ResourceProvider,
  type ResourceRequest,
} from '../../kernel/index.ts';
import type { Cluster } from '../definitions.ts';
import type { Registry } from '../registry.ts';

const NAME_LENGTH_MAX = 255;
const CAPACITY_PROVIDERS = ['FARGATE', 'FARGATE_SPOT'];

export function clusterProvider(registry: Registry): ResourceProvider {
  return {
    type: 'AWS::ECS::Cluster',
    replaceOn: ['ClusterName'],
    async create(request) {
      const name = readName(request);
      if (registry.clusters.has(name)) {
        throw new AwsError('InvalidParameterException', `The cluster ${name} exists already.`);
      }
      const arn = registry.arn(`cluster/${name}`);
      const cluster = { name, arn, settings: [], capacityProviders: [], tags: [] };
      registry.clusters.set(name, cluster);
      return put(request, cluster);
    },
    update: async (request) => put(request, registry.cluster(request.physicalId)),
    async delete({ physicalId }) {
      const services = registry.servicesOf(physicalId);
      if (services.length > 0) {
        const message = 'The Cluster cannot be deleted while Services are active.';
        throw new AwsError('ClusterContainsServicesException', message);
      }
      registry.clusters.delete(physicalId);
    },
  };
}

function readName(request: ResourceRequest): string {
  const properties = new Properties(request, request.properties);
  return properties.text('ClusterName') ?? request.generateName(NAME_LENGTH_MAX);
}

function put(request: ResourceRequest, cluster: Cluster): Enacted {
  const properties = new Properties(request, request.properties);
  properties.only([
    'CapacityProviders',
    'ClusterName',
    'ClusterSettings',
    'DefaultCapacityProviderStrategy',
    'Tags',
  ]);
  cluster.settings = properties.objects('ClusterSettings').map((setting) => ({
    name: setting.requiredText('Name'),
    value: setting.requiredText('Value'),
  }));
  if (properties.has('CapacityProviders')) cluster.capacityProviders = readCapacity(properties);
  cluster.tags = mergedTags(request);
  return { physicalId: cluster.name, attributes: { Arn: cluster.arn } };
}

export function capacityProvider(registry: Registry): ResourceProvider {
  const associate = async (request: ResourceRequest): Promise<Enacted> => {
    const properties = new Properties(request, request.properties);
    properties.only(['CapacityProviders', 'Cluster', 'DefaultCapacityProviderStrategy']);
    const cluster = registry.cluster(properties.requiredText('Cluster'));
    cluster.capacityProviders = readCapacity(properties);
    return { physicalId: cluster.name, attributes: {} };
  };
  return {
    type: 'AWS::ECS::ClusterCapacityProviderAssociations',
    replaceOn: ['Cluster'],
    create: associate,
    update: associate,
    async delete({ physicalId }) {
      const cluster = registry.clusters.get(physicalId);
      if (cluster) cluster.capacityProviders = [];
    },
  };
}

function readCapacity(properties: Properties): readonly string[] {
  const given = properties.list('CapacityProviders').map(String);
  if (given.every((name) => CAPACITY_PROVIDERS.includes(name))) return given;
  throw properties.fault('CapacityProviders', `the sandbox has ${CAPACITY_PROVIDERS.join(' and ')} only`);
}
