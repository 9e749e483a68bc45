/** Everything the load-balancing part knows, by ARN. */

import { AwsError, type World } from '../kernel/index.ts';
import type { Action, Listener, LoadBalancer, Rule, Tag, TargetGroup } from './model.ts';

export class Registry {
  readonly balancers = new Map<string, LoadBalancer>();
  readonly groups = new Map<string, TargetGroup>();
  readonly listeners = new Map<string, Listener>();
  readonly rules = new Map<string, Rule>();
  private readonly world: World;

  constructor(world: World) {
    this.world = world;
  }

  /** @param path `loadbalancer/app/<name>/<id>`, `targetgroup/<name>/<id>`, `listener/app/...` */
  arn(path: string): string {
    const { partition, region, accountId } = this.world;
    return `arn:${partition}:elasticloadbalancing:${region}:${accountId}:${path}`;
  }

  /** @throws AwsError `LoadBalancerNotFound` */
  balancer(arn: string): LoadBalancer {
    return found(this.balancers.get(arn), 'LoadBalancerNotFound', `Load balancer '${arn}' not found`);
  }

  /** @throws AwsError `TargetGroupNotFound` */
  group(arn: string): TargetGroup {
    return found(this.groups.get(arn), 'TargetGroupNotFound', `Target group '${arn}' not found`);
  }

  /** @throws AwsError `ListenerNotFound` */
  listener(arn: string): Listener {
    return found(this.listeners.get(arn), 'ListenerNotFound', `Listener '${arn}' not found`);
  }

  /** @throws AwsError `RuleNotFound` */
  rule(arn: string): Rule {
    return found(this.rules.get(arn), 'RuleNotFound', `Rule '${arn}' not found`);
  }

  listenersOf(balancerArn: string): readonly Listener[] {
    return [...this.listeners.values()].filter((listener) => listener.balancerArn === balancerArn);
  }

  /** In the order in which they are tried. */
  rulesOf(listenerArn: string): readonly Rule[] {
    const rules = [...this.rules.values()].filter((rule) => rule.listenerArn === listenerArn);
    return rules.sort((a, b) => a.priority - b.priority);
  }

  /** The target groups that the listeners of a balancer forward to. */
  groupsOf(balancerArn: string): readonly TargetGroup[] {
    const actions = this.listenersOf(balancerArn).flatMap((listener) => [
      listener.defaultAction,
      ...this.rulesOf(listener.arn).map(({ action }) => action),
    ]);
    const arns = new Set(actions.flatMap(groupsOfAction));
    return [...arns].flatMap((arn) => this.groups.get(arn) ?? []);
  }

  /** The balancer that forwards to a target group; a target group belongs to one. */
  balancerOf(groupArn: string): LoadBalancer | undefined {
    return [...this.balancers.values()].find(({ arn }) =>
      this.groupsOf(arn).some((group) => group.arn === groupArn),
    );
  }

  /** The tags of a resource of ours. */
  tags(arn: string): readonly Tag[] {
    const kind = arn.split(':')[5]?.split('/')[0];
    if (kind === 'loadbalancer') return this.balancer(arn).tags;
    if (kind === 'targetgroup') return this.group(arn).tags;
    if (kind === 'listener') return this.listener(arn).tags;
    return this.rule(arn).tags;
  }
}

function groupsOfAction(action: Action): string[] {
  return action.kind === 'forward' ? action.groups.map(({ targetGroupArn }) => targetGroupArn) : [];
}

function found<T>(value: T | undefined, code: string, message: string): T {
  if (value !== undefined) return value;
  throw new AwsError(code, message);
}
