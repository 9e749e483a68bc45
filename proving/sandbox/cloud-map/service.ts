/** Cloud Map's API. Discovery is its data plane; registration is answered at once and done at once. */

import { randomUUID } from 'node:crypto';
import * as sdk from '@aws-sdk/client-servicediscovery';
import {
  type Authorization,
  AwsError,
  type AwsService,
  type Operation,
  operation,
  type World,
} from '../kernel/index.ts';
import { discover } from './discovery.ts';
import { HEALTH, type Health, type Registry, requireInstance, type Service } from './registry.ts';

interface Done {
  readonly id: string;
  readonly type: sdk.OperationType;
  readonly serviceId: string;
  readonly instanceId: string;
  readonly at: number;
}

/** How many operations can still be asked for. */
const OPERATIONS_MAX = 500;

export function cloudMapService(world: World, registry: Registry): AwsService {
  return {
    signingName: 'servicediscovery',
    sdk,
    client: new sdk.ServiceDiscoveryClient({ region: world.region }),
    operations: {
      ...discovery(registry),
      ...registration(world, registry),
      ...reading(registry),
    },
  };
}

function discovery(registry: Registry): Record<string, Operation> {
  const named = (action: string) => (input: sdk.DiscoverInstancesCommandInput) => {
    const { namespace, service } = registry.arnsNamed(input.NamespaceName ?? '', input.ServiceName ?? '');
    const context = {
      'servicediscovery:NamespaceName': input.NamespaceName ?? '',
      'servicediscovery:ServiceName': input.ServiceName ?? '',
    };
    return [namespace, service].map((resource) => ({
      action: `servicediscovery:${action}`,
      resource,
      context,
    }));
  };
  const serviceOf = (input: sdk.DiscoverInstancesCommandInput) =>
    registry.serviceNamed(input.NamespaceName ?? '', input.ServiceName ?? '');
  return {
    DiscoverInstances: operation({
      authorize: named('DiscoverInstances'),
      handle: (input: sdk.DiscoverInstancesCommandInput) => {
        const service = serviceOf(input);
        return { Instances: discover(service, input), InstancesRevision: service.revision };
      },
    }),
    DiscoverInstancesRevision: operation({
      authorize: named('DiscoverInstancesRevision'),
      handle: (input: sdk.DiscoverInstancesRevisionCommandInput) => ({
        InstancesRevision: serviceOf(input).revision,
      }),
    }),
  };
}

function onService(registry: Registry, action: string) {
  return ({ ServiceId = '' }: { ServiceId?: string | undefined }): Authorization[] => {
    const resource = ServiceId.startsWith('arn:') ? ServiceId : registry.arnOf(`service/${ServiceId}`);
    const context = { 'servicediscovery:ServiceArn': resource };
    return [{ action: `servicediscovery:${action}`, resource, context }];
  };
}

function registration(world: World, registry: Registry): Record<string, Operation> {
  const done = new Map<string, Done>();
  const note = (type: sdk.OperationType, serviceId: string, instanceId: string) => {
    const id = randomUUID();
    done.set(id, { id, type, serviceId, instanceId, at: world.now() });
    const [oldest] = done.keys();
    if (done.size > OPERATIONS_MAX && oldest !== undefined) done.delete(oldest);
    return { OperationId: id };
  };
  return {
    RegisterInstance: operation({
      authorize: onService(registry, 'RegisterInstance'),
      handle: ({ ServiceId = '', InstanceId = '', Attributes = {} }: sdk.RegisterInstanceCommandInput) => {
        registry.register(ServiceId, InstanceId, Attributes);
        return note('REGISTER_INSTANCE', ServiceId, InstanceId);
      },
    }),
    DeregisterInstance: operation({
      authorize: onService(registry, 'DeregisterInstance'),
      handle: ({ ServiceId = '', InstanceId = '' }: sdk.DeregisterInstanceCommandInput) => {
        registry.deregister(ServiceId, InstanceId);
        return note('DEREGISTER_INSTANCE', ServiceId, InstanceId);
      },
    }),
    UpdateInstanceCustomHealthStatus: operation({
      authorize: onService(registry, 'UpdateInstanceCustomHealthStatus'),
      handle: (input: sdk.UpdateInstanceCustomHealthStatusCommandInput) => {
        const health = HEALTH.find((one): one is Health => one === input.Status);
        if (!health) throw new AwsError('InvalidInput', `Status must be one of ${HEALTH.join(', ')}.`);
        registry.setHealth(input.ServiceId ?? '', input.InstanceId ?? '', health);
      },
    }),
    GetOperation: operation({
      authorize: () => [{ action: 'servicediscovery:GetOperation', resource: registry.arnOf('namespace/*') }],
      handle: ({ OperationId = '' }: sdk.GetOperationCommandInput) => {
        const found = done.get(OperationId);
        if (!found) throw new AwsError('OperationNotFound', `No operation is found for id ${OperationId}.`);
        return { Operation: operationShape(found) };
      },
    }),
  };
}

function operationShape({ id, type, serviceId, instanceId, at }: Done): sdk.Operation {
  const when = { CreateDate: new Date(at), UpdateDate: new Date(at) };
  const Targets = { SERVICE: serviceId, INSTANCE: instanceId };
  return { Id: id, Type: type, Status: 'SUCCESS', ...when, Targets };
}

function reading(registry: Registry): Record<string, Operation> {
  const all = (action: string) => () => [{ action: `servicediscovery:${action}`, resource: '*' }];
  return {
    ListNamespaces: operation({
      authorize: all('ListNamespaces'),
      handle: () => ({
        Namespaces: [...registry.namespaces.values()].map(({ id, arn, name, description, createdAt }) => ({
          Id: id,
          Arn: arn,
          Name: name,
          Type: 'HTTP',
          Description: description,
          ServiceCount: [...registry.services.values()].filter(({ namespace }) => namespace.id === id).length,
          Properties: { HttpProperties: { HttpName: name } },
          CreateDate: new Date(createdAt),
        })),
      }),
    }),
    ListServices: operation({
      authorize: all('ListServices'),
      handle: ({ Filters = [] }: sdk.ListServicesCommandInput) => {
        const wanted = Filters.find(({ Name }) => Name === 'NAMESPACE_ID')?.Values;
        const found = [...registry.services.values()].filter(
          ({ namespace }) =>
            wanted === undefined || wanted.some((id) => id === namespace.id || id === namespace.arn),
        );
        return { Services: found.map(serviceShape) };
      },
    }),
    ListInstances: operation({
      authorize: onService(registry, 'ListInstances'),
      handle: ({ ServiceId = '' }: sdk.ListInstancesCommandInput) => {
        const { instances } = registry.service(ServiceId);
        return {
          Instances: [...instances.values()].map(({ id, attributes }) => ({
            Id: id,
            Attributes: attributes,
          })),
        };
      },
    }),
    GetInstance: operation({
      authorize: onService(registry, 'GetInstance'),
      handle: ({ ServiceId = '', InstanceId = '' }: sdk.GetInstanceCommandInput) => {
        const { id, attributes } = requireInstance(registry.service(ServiceId), InstanceId);
        return { Instance: { Id: id, Attributes: attributes } };
      },
    }),
  };
}

function serviceShape(service: Service): sdk.ServiceSummary {
  const { id, arn, name, description, instances, hasHealth, createdAt } = service;
  return {
    Id: id,
    Arn: arn,
    Name: name,
    Type: 'HTTP',
    Description: description,
    InstanceCount: instances.size,
    ...(hasHealth ? { HealthCheckCustomConfig: { FailureThreshold: 1 } } : {}),
    CreateDate: new Date(createdAt),
  };
}
