/** Elastic Load Balancing of the sandbox: balancers whose nodes are real processes, behind CloudFormation and the API. */

import type {
  Balancers,
  Certificates,
  MetricSink,
  Names,
  ObjectSink,
  Part,
  TargetGroups,
  World,
} from '../kernel/index.ts';
import type { NetworkRule } from '../network/rule.ts';
import { createLoadBalancingService } from './api/service.ts';
import { Fleets } from './fleets.ts';
import {
  listenerProvider,
  loadBalancerProvider,
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
  const fleets = new Fleets({ world, registry, ...ports });
  const { book } = fleets;
  const providerPorts = fleets.providerPorts(ports.zoneOf);
  return {
    services: [createLoadBalancingService({ world, registry, fleets })],
    providers: [
      loadBalancerProvider(providerPorts),
      targetGroupProvider(providerPorts),
      listenerProvider(providerPorts),
      ruleProvider(providerPorts),
    ],
    targetGroups: {
      register: (groupArn, target) => book.register(groupArn, target),
      deregister: (groupArn, target) => book.deregister(groupArn, target),
      stateOf: (groupArn, target) => book.stateOf(groupArn, target),
      isAttached: (groupArn) => registry.balancerOf(groupArn) !== undefined,
    },
    balancers: {
      shiftAway: (balancerArn, zone) => fleets.of(registry.balancer(balancerArn)).shiftAway(zone),
      isHealthy: (dnsName) => fleets.isHealthy(dnsName),
      list: () => fleets.all().flatMap((fleet) => fleet.nodes()),
    },
    setNetwork: (rules) => fleets.setNetwork(rules),
    stop: () => fleets.stop(),
  };
}
