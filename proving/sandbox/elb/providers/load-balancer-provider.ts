/** AWS::ElasticLoadBalancingV2::LoadBalancer of type `application`. */

import { mergedTags } from '../../aurora/providers/tags.ts';
import {
  AwsError,
  type Enacted,
  Properties,
  type ResourceProvider,
  type ResourceRequest,
  type World,
} from '../../kernel/index.ts';
import { flag, readAttributes } from '../attributes.ts';
import { balancerDnsName, hostedZoneOf } from '../names.ts';
import type { BalancerZone, LoadBalancer } from '../model.ts';
import type { ProviderPorts } from './ports.ts';

const NAME_LENGTH_MAX = 32;
const ZONES_MIN = 2;
const KNOWN = [
  'IpAddressType',
  'LoadBalancerAttributes',
  'Name',
  'Scheme',
  'SecurityGroups',
  'SubnetMappings',
  'Subnets',
  'Tags',
  'Type',
];

export function loadBalancerProvider(ports: ProviderPorts): ResourceProvider {
  const { world, registry } = ports;
  return {
    type: 'AWS::ElasticLoadBalancingV2::LoadBalancer',
    replaceOn: ['Name', 'Scheme', 'Type'],
    async create(request) {
      const { properties, settings } = read(request, ports);
      const name = properties.text('Name') ?? request.generateName(NAME_LENGTH_MAX);
      const clash = [...registry.balancers.values()].find((balancer) => balancer.name === name);
      if (clash) {
        throw new AwsError('DuplicateLoadBalancerName', `A load balancer '${name}' exists already`);
      }
      const id = ports.newId();
      const scheme = properties.oneOf('Scheme', ['internet-facing', 'internal']) ?? 'internet-facing';
      const balancer: LoadBalancer = {
        arn: registry.arn(`loadbalancer/app/${name}/${id}`),
        name,
        id,
        dnsName: balancerDnsName(world, name, id, scheme),
        scheme,
        createdAt: world.now(),
        ...settings,
      };
      registry.balancers.set(balancer.arn, balancer);
      try {
        await ports.nodesFor(balancer);
      } catch (error) {
        registry.balancers.delete(balancer.arn);
        await ports.removeNodes(balancer);
        throw error;
      }
      return enacted(world, balancer);
    },
    async update(request) {
      const { settings } = read(request, ports);
      const balancer = Object.assign(registry.balancer(request.physicalId), settings);
      await ports.nodesFor(balancer);
      await ports.changed();
      return enacted(world, balancer);
    },
    async delete({ physicalId }) {
      const balancer = registry.balancers.get(physicalId);
      if (balancer === undefined) return;
      if (flag(balancer.attributes, 'deletion_protection.enabled')) {
        const message = `Load balancer '${physicalId}' cannot be deleted because deletion protection is enabled`;
        throw new AwsError('OperationNotPermitted', message);
      }
      for (const listener of registry.listenersOf(physicalId)) {
        for (const rule of registry.rulesOf(listener.arn)) registry.rules.delete(rule.arn);
        registry.listeners.delete(listener.arn);
      }
      registry.balancers.delete(physicalId);
      await ports.removeNodes(balancer);
    },
  };
}

function read(request: ResourceRequest, ports: ProviderPorts) {
  const properties = new Properties(request, request.properties);
  properties.only(KNOWN);
  if ((properties.text('Type') ?? 'application') !== 'application') {
    throw properties.fault('Type', 'the sandbox knows application load balancers alone');
  }
  const given = properties.objects('LoadBalancerAttributes').map((one) => ({
    Key: one.requiredText('Key'),
    Value: one.text('Value') ?? '',
  }));
  const attributes = readAttributes('balancer', given);
  if (flag(attributes, 'access_logs.s3.enabled')) {
    ports.needBucket(attributes.get('access_logs.s3.bucket') ?? '');
  }
  return {
    properties,
    settings: {
      zones: readZones(properties, ports),
      securityGroups: properties.list('SecurityGroups').map(String),
      ipAddressType: properties.oneOf('IpAddressType', ['ipv4', 'dualstack']) ?? 'ipv4',
      attributes,
      tags: mergedTags(request),
    },
  };
}

function readZones(properties: Properties, { zoneOf }: ProviderPorts): readonly BalancerZone[] {
  const mapped = properties.objects('SubnetMappings').map((one) => one.requiredText('SubnetId'));
  const subnets = mapped.length > 0 ? mapped : properties.list('Subnets').map(String);
  const zones = subnets.map((subnetId) => {
    const az = zoneOf(subnetId);
    if (az === null) throw properties.fault('Subnets', `the subnet ${subnetId} is not of this sandbox`);
    return { az, subnetId };
  });
  if (new Set(zones.map(({ az }) => az)).size !== zones.length) {
    throw properties.fault('Subnets', 'two subnets may not be in one Availability Zone');
  }
  if (zones.length < ZONES_MIN) {
    throw properties.fault('Subnets', 'at least two subnets in two Availability Zones are needed');
  }
  return zones;
}

function enacted(world: World, balancer: LoadBalancer): Enacted {
  return {
    physicalId: balancer.arn,
    attributes: {
      CanonicalHostedZoneID: hostedZoneOf(world.region),
      DNSName: balancer.dnsName,
      LoadBalancerArn: balancer.arn,
      LoadBalancerFullName: `app/${balancer.name}/${balancer.id}`,
      LoadBalancerName: balancer.name,
      SecurityGroups: [...balancer.securityGroups],
    },
  };
}
