/** AWS::ServiceDiscovery::HttpNamespace and AWS::ServiceDiscovery::Service. */

import { type Enacted, Properties, type ResourceProvider, type ResourceRequest } from '../kernel/index.ts';
import type { Namespace, Registry, Service } from './registry.ts';

const NAME_MAX = 1_024;
const SERVICE_NAME_MAX = 127;

export function namespaceProvider(registry: Registry): ResourceProvider {
  const enacted = ({ id, arn }: Namespace): Enacted => ({
    physicalId: id,
    attributes: { Arn: arn, Id: id },
  });
  const read = (request: ResourceRequest): { name: string; description: string } => {
    const properties = new Properties(request, request.properties);
    properties.only(['Name', 'Description', 'Tags']);
    const name = properties.requiredText('Name');
    if (name.length > NAME_MAX) throw properties.fault('Name', `has at most ${NAME_MAX} characters`);
    return { name, description: properties.text('Description') ?? '' };
  };
  return {
    type: 'AWS::ServiceDiscovery::HttpNamespace',
    replaceOn: ['Name'],
    async create(request) {
      const { name, description } = read(request);
      return enacted(registry.addNamespace(name, description));
    },
    async update(request) {
      const namespace = registry.namespace(request.physicalId);
      namespace.description = read(request).description;
      return enacted(namespace);
    },
    async delete(request) {
      if (registry.namespaces.has(request.physicalId)) registry.removeNamespace(request.physicalId);
    },
  };
}

export function serviceProvider(registry: Registry): ResourceProvider {
  const enacted = ({ id, arn, name }: Service): Enacted => ({
    physicalId: id,
    attributes: { Arn: arn, Id: id, Name: name },
  });
  return {
    type: 'AWS::ServiceDiscovery::Service',
    replaceOn: ['Name', 'NamespaceId', 'Type', 'HealthCheckCustomConfig'],
    async create(request) {
      const { name, namespaceId, ...rest } = readService(request);
      const made = { name: name ?? request.generateName(SERVICE_NAME_MAX), namespaceId };
      return enacted(registry.addService({ ...made, ...rest }));
    },
    async update(request) {
      const service = registry.service(request.physicalId);
      service.description = readService(request).description;
      return enacted(service);
    },
    async delete(request) {
      if (registry.services.has(request.physicalId)) registry.removeService(request.physicalId);
    },
  };
}

function readService(request: ResourceRequest) {
  const properties = new Properties(request, request.properties);
  const noDns = 'the sandbox enacts HTTP namespaces, in which services are found by DiscoverInstances alone';
  const known = ['Name', 'NamespaceId', 'Description', 'HealthCheckCustomConfig', 'Type', 'Tags'];
  properties.only(known, { DnsConfig: noDns, HealthCheckConfig: noDns });
  properties.oneOf('Type', ['HTTP']);
  properties.object('HealthCheckCustomConfig')?.only(['FailureThreshold']);
  return {
    name: properties.text('Name'),
    namespaceId: properties.requiredText('NamespaceId'),
    description: properties.text('Description') ?? '',
    hasHealth: properties.has('HealthCheckCustomConfig'),
  };
}
