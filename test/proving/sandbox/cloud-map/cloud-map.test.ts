/** Cloud Map over the wire, with the SDK's own client. */

import * as sdk from '@aws-sdk/client-servicediscovery';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type CloudMap, createCloudMap } from '../../../../proving/sandbox/cloud-map/index.ts';
import { createEndpoint, type Endpoint } from '../../../../proving/sandbox/wire/index.ts';
import { authorize, create, providerOf, resource } from '../events/doubles.ts';
import { OPERATOR_KEY, testIdentity, testWorld } from '../wire/world.ts';

const NAMESPACE = 'AWS::ServiceDiscovery::HttpNamespace';
const SERVICE = 'AWS::ServiceDiscovery::Service';

let cloudMap: CloudMap;
let endpoint: Endpoint;
let client: sdk.ServiceDiscoveryClient;
let serviceArn: string;
let namespaceId: string;

const instance = (az: string, health?: string) => ({
  AWS_INSTANCE_IPV4: '127.0.9.1',
  AWS_INSTANCE_PORT: '3000',
  AVAILABILITY_ZONE: az,
  ...(health === undefined ? {} : { AWS_INIT_HEALTH_STATUS: health }),
});
const discover = async (more: object = {}) =>
  client.send(new sdk.DiscoverInstancesCommand({ NamespaceName: 'demo', ServiceName: 'shop', ...more }));
const found = async (more: object = {}) =>
  (await discover(more)).Instances!.map(({ InstanceId }) => InstanceId);

beforeEach(async () => {
  cloudMap = createCloudMap(testWorld());
  endpoint = createEndpoint(testWorld(), { identity: testIdentity() });
  for (const service of cloudMap.services!) endpoint.add(service);
  await endpoint.listen(0);
  client = new sdk.ServiceDiscoveryClient({
    region: 'us-east-1',
    endpoint: endpoint.addressUrl,
    // DiscoverInstances goes to `data-<host>`, which an address has not.
    disableHostPrefix: true,
    credentials: OPERATOR_KEY,
    maxAttempts: 1,
  });
  namespaceId = (await create(cloudMap, NAMESPACE, { Name: 'demo' })).physicalId;
  const service = await create(cloudMap, SERVICE, {
    Name: 'shop',
    NamespaceId: namespaceId,
    HealthCheckCustomConfig: { FailureThreshold: 1 },
  });
  serviceArn = service.attributes['Arn'] as string;
});
afterAll(async () => endpoint.stop());
beforeAll(() => undefined);

describe('discovery', () => {
  it('finds what was registered, with its attributes and without the initial health', async () => {
    cloudMap.registry.register(serviceArn, 'task-1', instance('us-east-1a', 'HEALTHY'));
    expect((await discover()).Instances).toEqual([
      {
        InstanceId: 'task-1',
        NamespaceName: 'demo',
        ServiceName: 'shop',
        HealthStatus: 'HEALTHY',
        Attributes: instance('us-east-1a'),
      },
    ]);
  });

  it('by default returns the healthy, and all where none is', async () => {
    cloudMap.registry.register(serviceArn, 'well', instance('us-east-1a', 'HEALTHY'));
    cloudMap.registry.register(serviceArn, 'ill', instance('us-east-1b', 'UNHEALTHY'));
    expect(await found()).toEqual(['well']);
    expect(await found({ HealthStatus: 'UNHEALTHY' })).toEqual(['ill']);
    expect(await found({ HealthStatus: 'ALL' })).toEqual(['well', 'ill']);
    cloudMap.registry.deregister(serviceArn, 'well');
    expect(await found()).toEqual(['ill']);
    expect(await found({ HealthStatus: 'HEALTHY' })).toEqual([]);
  });

  it('counts its revision by membership, not by health', async () => {
    cloudMap.registry.register(serviceArn, 'task-1', instance('us-east-1a', 'HEALTHY'));
    const { InstancesRevision: before } = await discover();
    const health = { ServiceId: serviceArn, InstanceId: 'task-1', Status: 'UNHEALTHY' as const };
    await client.send(new sdk.UpdateInstanceCustomHealthStatusCommand(health));
    const named = { NamespaceName: 'demo', ServiceName: 'shop' };
    const revision = () => client.send(new sdk.DiscoverInstancesRevisionCommand(named));
    expect((await revision()).InstancesRevision).toBe(before);
    cloudMap.registry.deregister(serviceArn, 'task-1');
    expect((await revision()).InstancesRevision).toBe(before! + 1);
  });

  it('filters by attributes, prefers by optional ones, and ends at the maximum', async () => {
    for (const [id, az] of Object.entries({ one: 'a', two: 'b', three: 'b' })) {
      cloudMap.registry.register(serviceArn, id, instance(az));
    }
    expect(await found({ QueryParameters: { AVAILABILITY_ZONE: 'b' } })).toEqual(['two', 'three']);
    expect(await found({ OptionalParameters: { AVAILABILITY_ZONE: 'a' } })).toEqual(['one']);
    expect(await found({ OptionalParameters: { AVAILABILITY_ZONE: 'c' } })).toHaveLength(3);
    expect(await found({ MaxResults: 2 })).toHaveLength(2);
  });

  it.each([
    [{ NamespaceName: 'other' }, 'NamespaceNotFound'],
    [{ ServiceName: 'other' }, 'ServiceNotFound'],
    [{ MaxResults: 1_001 }, 'InvalidInput'],
    [{ HealthStatus: 'FINE' }, 'InvalidInput'],
  ])('with %j fails as %s', async (more, name) => {
    await expect(discover(more)).rejects.toMatchObject({ name });
  });

  it('is asked of namespace and service by their names', () => {
    const needs = authorize(cloudMap, 'DiscoverInstances', { NamespaceName: 'demo', ServiceName: 'shop' });
    expect(needs.map(({ resource: on }) => on)).toEqual([
      `arn:aws:servicediscovery:us-east-1:123456789012:namespace/${namespaceId}`,
      serviceArn,
    ]);
    for (const { context } of needs) {
      expect(context).toEqual({
        'servicediscovery:NamespaceName': 'demo',
        'servicediscovery:ServiceName': 'shop',
      });
    }
  });
});

describe('registration over the API', () => {
  it('is an operation that can be asked for, and takes the place of what the instance had', async () => {
    const register = (attributes: Record<string, string>) =>
      client.send(
        new sdk.RegisterInstanceCommand({ ServiceId: serviceArn, InstanceId: 'x', Attributes: attributes }),
      );
    const { OperationId } = await register(instance('us-east-1a'));
    const { Operation } = await client.send(new sdk.GetOperationCommand({ OperationId: OperationId! }));
    expect(Operation).toMatchObject({ Type: 'REGISTER_INSTANCE', Status: 'SUCCESS' });
    await register({ AWS_INSTANCE_IPV4: '127.0.9.2' });
    const listed = await client.send(new sdk.ListInstancesCommand({ ServiceId: serviceArn }));
    expect(listed.Instances).toEqual([{ Id: 'x', Attributes: { AWS_INSTANCE_IPV4: '127.0.9.2' } }]);
    await client.send(new sdk.DeregisterInstanceCommand({ ServiceId: serviceArn, InstanceId: 'x' }));
    expect(await found()).toEqual([]);
    const again = client.send(new sdk.DeregisterInstanceCommand({ ServiceId: serviceArn, InstanceId: 'x' }));
    await expect(again).rejects.toMatchObject({ name: 'InstanceNotFound' });
  });

  it('lists namespaces and their services', async () => {
    const { Namespaces } = await client.send(new sdk.ListNamespacesCommand({}));
    expect(Namespaces).toMatchObject([{ Id: namespaceId, Name: 'demo', Type: 'HTTP', ServiceCount: 1 }]);
    const filter = { Name: 'NAMESPACE_ID' as const, Values: [namespaceId] };
    const { Services } = await client.send(new sdk.ListServicesCommand({ Filters: [filter] }));
    expect(Services).toMatchObject([{ Arn: serviceArn, Name: 'shop', InstanceCount: 0 }]);
    const none = { Filters: [{ ...filter, Values: ['ns-other'] }] };
    expect((await client.send(new sdk.ListServicesCommand(none))).Services).toEqual([]);
  });

  it('takes a health for services that have one, and for no others', async () => {
    const plain = await create(cloudMap, SERVICE, { Name: 'plain', NamespaceId: namespaceId }, 'Plain');
    const arn = plain.attributes['Arn'] as string;
    cloudMap.registry.register(arn, 'x', instance('a'));
    const { Instances } = await discover({ ServiceName: 'plain', HealthStatus: 'HEALTHY' });
    expect(Instances).toMatchObject([{ HealthStatus: 'UNKNOWN' }]);
    const health = { ServiceId: arn, InstanceId: 'x', Status: 'UNHEALTHY' as const };
    const set = client.send(new sdk.UpdateInstanceCustomHealthStatusCommand(health));
    await expect(set).rejects.toMatchObject({ name: 'CustomHealthNotFound' });
    expect(() => cloudMap.registry.register(arn, 'y', instance('a', 'HEALTHY'))).toThrow(
      'no custom health check',
    );
  });
});

describe('a template', () => {
  it('deletes a service when nothing is registered any more, and a namespace without services', async () => {
    cloudMap.registry.register(serviceArn, 'x', instance('a'));
    const serviceId = serviceArn.split('/').at(-1)!;
    const remove = (type: string, physicalId: string) =>
      providerOf(cloudMap, type).delete({ ...resource(type, {}), physicalId });
    await expect(remove(SERVICE, serviceId)).rejects.toMatchObject({ code: 'ResourceInUse' });
    await expect(remove(NAMESPACE, namespaceId)).rejects.toMatchObject({ code: 'ResourceInUse' });
    cloudMap.registry.deregister(serviceArn, 'x');
    await remove(SERVICE, serviceId);
    await remove(NAMESPACE, namespaceId);
    await expect(found()).rejects.toMatchObject({ name: 'NamespaceNotFound' });
  });

  it('makes no name twice, and no DNS', async () => {
    await expect(create(cloudMap, NAMESPACE, { Name: 'demo' })).rejects.toMatchObject({
      code: 'NamespaceAlreadyExists',
    });
    const again = { Name: 'shop', NamespaceId: namespaceId };
    await expect(create(cloudMap, SERVICE, again)).rejects.toMatchObject({ code: 'ServiceAlreadyExists' });
    await expect(create(cloudMap, SERVICE, { ...again, DnsConfig: {} })).rejects.toThrow('DnsConfig');
  });
});
