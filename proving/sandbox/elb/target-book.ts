/** Who is registered with which target group, what the nodes see of them, and how far deregistrations are. */

import { commonState, type RoutedTarget } from '../../twin/elb/index.ts';
import type { BalancerTarget, TargetState, World } from '../kernel/index.ts';
import { seconds } from './attributes.ts';
import { targetKey, type TargetRecord, type TargetView } from './model.ts';
import type { FromNode } from './node-protocol.ts';
import type { Registry } from './registry.ts';

export interface TargetBookOptions {
  readonly world: World;
  readonly registry: Registry;
  /** Ids of the nodes that carry requests for a target group. */
  readonly nodesOf: (groupArn: string) => readonly string[];
  /** Nodes must be told. */
  readonly changed: (groupArn: string) => void;
}

export class TargetBook {
  private readonly options: TargetBookOptions;
  private registrations = 0;
  /** AWS finds the zone of an address by its subnet; here by who first said it. */
  private readonly zones = new Map<string, string>();

  constructor(options: TargetBookOptions) {
    this.options = options;
  }

  /** What is registered stays as it is; what drains is registered anew. */
  register(groupArn: string, given: BalancerTarget): void {
    const az = given.az ?? this.zones.get(given.address) ?? null;
    if (az !== null) this.zones.set(given.address, az);
    const target = { ...given, az };
    const { targets } = this.options.registry.group(groupArn);
    const key = targetKey(target);
    const known = targets.get(key);
    if (known !== undefined && known.drainUntil === null) return;
    known?.gone.resolve();
    const registration = ++this.registrations;
    const gone = Promise.withResolvers<void>();
    targets.set(key, {
      target,
      registration,
      drainUntil: null,
      views: new Map(),
      drainedBy: new Set(),
      gone,
    });
    this.options.changed(groupArn);
  }

  /** Resolves when no request is under way any more, or the deregistration delay is over. */
  deregister(groupArn: string, target: Pick<BalancerTarget, 'address' | 'port'>): Promise<void> {
    const { world, registry, nodesOf, changed } = this.options;
    const group = registry.group(groupArn);
    const record = group.targets.get(targetKey(target));
    if (record === undefined) return Promise.resolve();
    if (record.drainUntil === null) {
      const delayMs = world.managed(
        seconds(group.attributes, 'deregistration_delay.timeout_seconds') * 1_000,
      );
      record.drainUntil = world.now() + delayMs;
      if (nodesOf(groupArn).length === 0) this.remove(groupArn, record);
      changed(groupArn);
    }
    return record.gone.promise;
  }

  /** A target group is deleted. */
  forget(groupArn: string): void {
    const group = this.options.registry.groups.get(groupArn);
    for (const record of group?.targets.values() ?? []) record.gone.resolve();
    group?.targets.clear();
  }

  heard(nodeId: string, message: Extract<FromNode, { kind: 'health' | 'drained' }>): void {
    const record = this.options.registry.groups.get(message.group)?.targets.get(message.target);
    // A target that was registered anew has nothing to do with what was said of it before.
    if (record?.registration !== message.registration) return;
    if (message.kind === 'health') {
      const { state, reason, description } = message;
      record.views.set(nodeId, { state, reason, description });
      return;
    }
    record.drainedBy.add(nodeId);
    this.removeWhereDrained(message.group, record);
  }

  /** Deregistrations whose delay is over, or whose last node is gone. */
  tick(now: number): void {
    for (const group of this.options.registry.groups.values()) {
      for (const record of group.targets.values()) {
        if (record.drainUntil === null) continue;
        if (now >= record.drainUntil) this.remove(group.arn, record);
        else this.removeWhereDrained(group.arn, record);
      }
    }
  }

  stateOf(groupArn: string, target: Pick<BalancerTarget, 'address' | 'port'>): TargetState {
    const record = this.options.registry.group(groupArn).targets.get(targetKey(target));
    return record === undefined ? 'unused' : this.stateOfRecord(groupArn, record);
  }

  stateOfRecord(groupArn: string, record: TargetRecord): TargetState {
    if (record.drainUntil !== null) return 'draining';
    const balancer = this.options.registry.balancerOf(groupArn);
    const { az } = record.target;
    if (balancer === undefined || (az !== null && !balancer.zones.some((zone) => zone.az === az)))
      return 'unused';
    return commonState(this.viewsOf(groupArn, record).map(({ state }) => state));
  }

  /** Why it is not healthy, as most of the nodes that say so tell it. */
  complaintOf(groupArn: string, record: TargetRecord): TargetView | undefined {
    return this.viewsOf(groupArn, record).find(({ reason }) => reason !== null);
  }

  /** The targets of a group as DNS and new nodes see them. */
  routed(groupArn: string): readonly RoutedTarget[] {
    const { targets } = this.options.registry.group(groupArn);
    return [...targets].flatMap(([id, record]) => {
      const state = this.stateOfRecord(groupArn, record);
      if (state === 'unused') return [];
      const health = { state, against: 0, since: 0, slowStartAt: null, drainUntil: record.drainUntil };
      return [{ id, az: record.target.az, health }];
    });
  }

  private viewsOf(groupArn: string, record: TargetRecord): readonly TargetView[] {
    return this.options.nodesOf(groupArn).flatMap((id) => record.views.get(id) ?? []);
  }

  private removeWhereDrained(groupArn: string, record: TargetRecord): void {
    const nodes = this.options.nodesOf(groupArn);
    if (nodes.every((id) => record.drainedBy.has(id))) this.remove(groupArn, record);
  }

  private remove(groupArn: string, record: TargetRecord): void {
    const { registry, changed } = this.options;
    registry.groups.get(groupArn)?.targets.delete(targetKey(record.target));
    record.gone.resolve();
    changed(groupArn);
  }
}
