/** Elastic Load Balancing of the sandbox: balancers whose nodes are real processes, behind CloudFormation and the API. */

import { randomBytes } from 'node:crypto';
import {
  AwsError,
  type Balancers,
  type BalancerTarget,
  type Certificates,
  type MetricSink,
  type Names,
  type ObjectSink,
  type Part,
  type TargetGroups,
  type World,
} from '../kernel/index.ts';
import type { NetworkRule } from '../network/rule.ts';
import { targetKey } from './model.ts';
import {
  listenerProvider,
  loadBalancerProvider,
  type ProviderPorts,
  ruleProvider,
  targetGroupProvider,
} from './providers/index.ts';
import { Registry } from './registry.ts';

export interface LoadBalancingPorts {
  readonly names: Names;
  readonly certificates: Certificates;
  readonly metrics: MetricSink;
  /** Where access logs are put. */
  readonly buckets: ObjectSink;
  /** The zone of a subnet; null for one that no template made. */
  readonly zoneOf: (subnetId: string) => string | null;
}

export interface LoadBalancing extends Part {
  readonly targetGroups: TargetGroups;
  readonly balancers: Balancers;
  /** Replaces the rules of the network between clients and nodes; resolves when they hold. */
  setNetwork(rules: readonly NetworkRule[]): Promise<void>;
}

export function createLoadBalancing(world: World, ports: LoadBalancingPorts): LoadBalancing {
  const registry = new Registry(world);
  const targetGroups: TargetGroups = {
    register(groupArn, target) {
      const { targets } = registry.group(groupArn);
      if (!targets.has(targetKey(target))) targets.set(targetKey(target), target);
    },
    async deregister(groupArn, target) {
      registry.group(groupArn).targets.delete(targetKey(target));
    },
    stateOf: (groupArn, target) =>
      registry.group(groupArn).targets.has(targetKey(target)) ? 'initial' : 'unused',
    isAttached: (groupArn) => registry.balancerOf(groupArn) !== undefined,
  };
  const providerPorts: ProviderPorts = {
    world,
    registry,
    newId: () => randomBytes(8).toString('hex'),
    zoneOf: ports.zoneOf,
    needCertificate: (arn) => void ports.certificates.material(arn),
    needBucket: (name) => needBucket(ports.buckets, name),
    targets: {
      register: (groupArn: string, target: BalancerTarget) => targetGroups.register(groupArn, target),
      deregister: (groupArn: string, target: BalancerTarget) => targetGroups.deregister(groupArn, target),
      forget: () => undefined,
    },
    changed: async () => undefined,
    nodesFor: async () => undefined,
    removeNodes: async () => undefined,
    listen: async () => undefined,
  };
  return {
    providers: [
      loadBalancerProvider(providerPorts),
      targetGroupProvider(providerPorts),
      listenerProvider(providerPorts),
      ruleProvider(providerPorts),
    ],
    targetGroups,
    balancers: {
      shiftAway: (balancerArn) => void registry.balancer(balancerArn),
      isHealthy: (dnsName) =>
        [...registry.balancers.values()].some((one) => one.dnsName === dnsName) ? false : null,
      list: () => [],
    },
    setNetwork: async () => undefined,
  };
}

function needBucket(buckets: ObjectSink, name: string): void {
  if (buckets.exists(name)) return;
  throw new AwsError(
    'InvalidConfigurationRequest',
    `access_logs.s3.bucket = '${name}': there is no such bucket`,
  );
}
