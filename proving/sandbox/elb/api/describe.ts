/** What is asked. IAM knows no resource for these calls but `*` (service authorization reference). */

import type * as elb from '@aws-sdk/client-elastic-load-balancing-v2';
import { AwsError, operation } from '../../kernel/index.ts';
import { targetKey } from '../model.ts';
import type { LoadBalancingServiceOptions } from './service.ts';
import {
  attributeShapes,
  balancerShape,
  defaultRuleShape,
  groupShape,
  healthShape,
  listenerShape,
  ruleShape,
  unregisteredShape,
} from './shapes.ts';

const anywhere = (action: string) => () => [{ action: `elasticloadbalancing:${action}`, resource: '*' }];

export function describeOperations(options: LoadBalancingServiceOptions) {
  return { ...balancerOperations(options), ...groupOperations(options), ...listenerOperations(options) };
}

function balancerOperations({ world, registry }: LoadBalancingServiceOptions) {
  return {
    DescribeLoadBalancers: operation({
      authorize: anywhere('DescribeLoadBalancers'),
      handle: ({ LoadBalancerArns: arns, Names: names }: elb.DescribeLoadBalancersInput) => {
        const all = [...registry.balancers.values()];
        const found =
          arns?.map((arn) => registry.balancer(arn)) ??
          names?.map((name) => named(all, name, 'LoadBalancerNotFound', 'Load balancers')) ??
          all;
        return { LoadBalancers: found.map((balancer) => balancerShape(world, balancer)) };
      },
    }),
    DescribeLoadBalancerAttributes: operation({
      authorize: anywhere('DescribeLoadBalancerAttributes'),
      handle: ({ LoadBalancerArn: arn = '' }: elb.DescribeLoadBalancerAttributesInput) => ({
        Attributes: attributeShapes(registry.balancer(arn).attributes),
      }),
    }),
    DescribeTags: operation({
      authorize: anywhere('DescribeTags'),
      handle: ({ ResourceArns: arns = [] }: elb.DescribeTagsInput) => ({
        TagDescriptions: arns.map((arn) => ({ ResourceArn: arn, Tags: [...registry.tags(arn)] })),
      }),
    }),
  };
}

function groupOperations({ registry, fleets }: LoadBalancingServiceOptions) {
  return {
    DescribeTargetGroups: operation({
      authorize: anywhere('DescribeTargetGroups'),
      handle: (input: elb.DescribeTargetGroupsInput) => {
        const all = [...registry.groups.values()];
        const { LoadBalancerArn: balancer, TargetGroupArns: arns, Names: names } = input;
        const found =
          arns?.map((arn) => registry.group(arn)) ??
          names?.map((name) => named(all, name, 'TargetGroupNotFound', 'Target groups')) ??
          (balancer === undefined ? all : registry.groupsOf(registry.balancer(balancer).arn));
        return { TargetGroups: found.map((group) => groupShape(registry, group)) };
      },
    }),
    DescribeTargetGroupAttributes: operation({
      authorize: anywhere('DescribeTargetGroupAttributes'),
      handle: ({ TargetGroupArn: arn = '' }: elb.DescribeTargetGroupAttributesInput) => ({
        Attributes: attributeShapes(registry.group(arn).attributes),
      }),
    }),
    DescribeTargetHealth: operation({
      authorize: anywhere('DescribeTargetHealth'),
      handle: ({ TargetGroupArn: arn = '', Targets: asked }: elb.DescribeTargetHealthInput) => {
        const group = registry.group(arn);
        const balancer = registry.balancerOf(arn);
        const shiftedAway = balancer === undefined ? null : fleets.of(balancer).shift;
        const view = { book: fleets.book, group, shiftedAway };
        const told = asked?.map((target) => {
          const key = targetKey({ address: target.Id ?? '', port: target.Port ?? group.port });
          const record = group.targets.get(key);
          return record === undefined ? unregisteredShape(target, group) : healthShape(view, record);
        });
        return {
          TargetHealthDescriptions:
            told ?? [...group.targets.values()].map((record) => healthShape(view, record)),
        };
      },
    }),
  };
}

function listenerOperations({ registry }: LoadBalancingServiceOptions) {
  return {
    DescribeListeners: operation({
      authorize: anywhere('DescribeListeners'),
      handle: ({ LoadBalancerArn: balancer, ListenerArns: arns }: elb.DescribeListenersInput) => {
        if (arns === undefined && balancer === undefined) {
          throw new AwsError(
            'ValidationError',
            'You must specify either listener ARNs or a load balancer ARN',
          );
        }
        const found =
          arns?.map((arn) => registry.listener(arn)) ??
          registry.listenersOf(registry.balancer(balancer ?? '').arn);
        return { Listeners: found.map(listenerShape) };
      },
    }),
    DescribeRules: operation({
      authorize: anywhere('DescribeRules'),
      handle: ({ ListenerArn: listenerArn, RuleArns: arns }: elb.DescribeRulesInput) => {
        if (listenerArn === undefined)
          return { Rules: (arns ?? []).map((arn) => ruleShape(registry.rule(arn))) };
        const listener = registry.listener(listenerArn);
        return { Rules: [...registry.rulesOf(listenerArn).map(ruleShape), defaultRuleShape(listener)] };
      },
    }),
  };
}

function named<T extends { readonly name: string }>(
  all: readonly T[],
  name: string,
  code: string,
  kind: string,
): T {
  const found = all.find((one) => one.name === name);
  if (found !== undefined) return found;
  throw new AwsError(code, `${kind} '[${name}]' not found`);
}
