/** AWS::ElasticLoadBalancingV2::TargetGroup of type `ip` over HTTP. */

import { mergedTags } from '../../aurora/providers/tags.ts';
import {
  AwsError,
  type BalancerTarget,
  type Enacted,
  Properties,
  type ResourceProvider,
  type ResourceRequest,
} from '../../kernel/index.ts';
import { readAttributes } from '../attributes.ts';
import { type HealthCheck, type TargetGroup, targetKey } from '../model.ts';
import type { ProviderPorts } from './ports.ts';

const NAME_LENGTH_MAX = 32;
const PORTS = { min: 1, max: 65_535 };
const MATCHER = /^[2-4]\d\d(-[2-4]\d\d)?(,[2-4]\d\d(-[2-4]\d\d)?)*$/;

const KNOWN = [
  'HealthCheckEnabled',
  'HealthCheckIntervalSeconds',
  'HealthCheckPath',
  'HealthCheckPort',
  'HealthCheckProtocol',
  'HealthCheckTimeoutSeconds',
  'HealthyThresholdCount',
  'IpAddressType',
  'Matcher',
  'Name',
  'Port',
  'Protocol',
  'ProtocolVersion',
  'Tags',
  'TargetGroupAttributes',
  'Targets',
  'TargetType',
  'UnhealthyThresholdCount',
  'VpcId',
];

export function targetGroupProvider({ registry, changed, newId, targets }: ProviderPorts): ResourceProvider {
  const enacted = (group: TargetGroup): Enacted => ({
    physicalId: group.arn,
    attributes: {
      LoadBalancerArns: [registry.balancerOf(group.arn)?.arn ?? []].flat(),
      TargetGroupArn: group.arn,
      TargetGroupFullName: `targetgroup/${group.name}/${group.id}`,
      TargetGroupName: group.name,
    },
  });
  return {
    type: 'AWS::ElasticLoadBalancingV2::TargetGroup',
    replaceOn: ['IpAddressType', 'Name', 'Port', 'Protocol', 'ProtocolVersion', 'TargetType', 'VpcId'],
    async create(request) {
      const { properties, settings } = read(request);
      const name = properties.text('Name') ?? request.generateName(NAME_LENGTH_MAX);
      const clash = [...registry.groups.values()].find((group) => group.name === name);
      if (clash) throw new AwsError('DuplicateTargetGroupName', `A target group '${name}' exists already`);
      const id = newId();
      const group: TargetGroup = {
        arn: registry.arn(`targetgroup/${name}/${id}`),
        name,
        id,
        port: properties.integer('Port', PORTS) ?? 80,
        vpcId: properties.text('VpcId') ?? null,
        ipAddressType: properties.text('IpAddressType') ?? 'ipv4',
        ...settings,
        targets: new Map(),
      };
      registry.groups.set(group.arn, group);
      for (const target of readTargets(properties, group)) targets.register(group.arn, target);
      return enacted(group);
    },
    async update(request) {
      const { properties, settings } = read(request);
      const group = Object.assign(registry.group(request.physicalId), settings);
      const wanted = readTargets(properties, group);
      const before = new Properties(request, request.previous);
      const gone = readTargets(before, group).filter(
        (target) => !wanted.some((one) => targetKey(one) === targetKey(target)),
      );
      for (const target of wanted) targets.register(group.arn, target);
      for (const target of gone) void targets.deregister(group.arn, target);
      await changed();
      return enacted(group);
    },
    async delete({ physicalId }) {
      if (!registry.groups.has(physicalId)) return;
      const balancer = registry.balancerOf(physicalId);
      if (balancer) {
        const message = `Target group '${physicalId}' is currently in use by a listener or a rule`;
        throw new AwsError('ResourceInUse', message);
      }
      registry.groups.delete(physicalId);
      targets.forget(physicalId);
    },
  };
}

function read(request: ResourceRequest) {
  const properties = new Properties(request, request.properties);
  properties.only(KNOWN);
  for (const [name, allowed] of [
    ['TargetType', 'ip'],
    ['Protocol', 'HTTP'],
    ['HealthCheckProtocol', 'HTTP'],
    ['ProtocolVersion', 'HTTP1'],
  ] as const) {
    const value = properties.text(name);
    // CloudFormation takes an instance where no target type is given.
    if ((value ?? (name === 'TargetType' ? 'instance' : allowed)) !== allowed) {
      throw properties.fault(name, `the sandbox knows ${allowed} alone`);
    }
  }
  const given = properties.objects('TargetGroupAttributes').map((one) => ({
    Key: one.requiredText('Key'),
    Value: one.text('Value') ?? '',
  }));
  const attributes = readAttributes('group', given);
  return {
    properties,
    settings: { healthCheck: readCheck(properties), attributes, tags: mergedTags(request) },
  };
}

/** Defaults of a target group of type `ip` over HTTP (API reference, CreateTargetGroup). */
function readCheck(properties: Properties): HealthCheck {
  const intervalS = properties.integer('HealthCheckIntervalSeconds', { min: 5, max: 300 }) ?? 30;
  const timeoutS = properties.integer('HealthCheckTimeoutSeconds', { min: 2, max: 120 }) ?? 5;
  if (timeoutS >= intervalS) {
    throw properties.fault('HealthCheckTimeoutSeconds', `must be less than the interval of ${intervalS} s`);
  }
  const matcher = properties.object('Matcher');
  matcher?.only(['HttpCode']);
  const codes = matcher?.text('HttpCode') ?? '200';
  if (!MATCHER.test(codes)) throw properties.fault('Matcher', 'must be codes and ranges from 200 to 499');
  if (properties.boolean('HealthCheckEnabled') === false) {
    throw properties.fault('HealthCheckEnabled', 'must be true for targets of type ip');
  }
  return {
    enabled: true,
    path: properties.text('HealthCheckPath') ?? '/',
    port: properties.text('HealthCheckPort') ?? 'traffic-port',
    intervalS,
    timeoutS,
    healthyThreshold: properties.integer('HealthyThresholdCount', { min: 2, max: 10 }) ?? 5,
    unhealthyThreshold: properties.integer('UnhealthyThresholdCount', { min: 2, max: 10 }) ?? 2,
    matcher: codes,
  };
}

function readTargets(properties: Properties, group: TargetGroup): BalancerTarget[] {
  return properties.objects('Targets').map((target) => {
    target.only(['AvailabilityZone', 'Id', 'Port']);
    const zone = target.text('AvailabilityZone') ?? null;
    return {
      address: target.requiredText('Id'),
      port: target.integer('Port', PORTS) ?? group.port,
      az: zone === 'all' ? null : zone,
    };
  });
}
