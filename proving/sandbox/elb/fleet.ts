/** The nodes of one balancer, and the name that leads to them. */

import { UnderstudyError } from '../../../core/errors.ts';
import { isHealthy, NAME_TTL_S, type NameView, NODE_TIMINGS, publishedZones } from '../../twin/elb/index.ts';
import { AwsError, type BalancerNode, type Names } from '../kernel/index.ts';
import type { NetworkRule } from '../network/rule.ts';
import { flag, limit } from './attributes.ts';
import type { LoadBalancer } from './model.ts';
import { publishedNames } from './names.ts';
import type { NodeAddresses } from './node-addresses.ts';
import { type ConfigSources, isCrossZone, nodeConfig } from './node-config.ts';
import type { FromNode, PortFault } from './node-protocol.ts';
import { NodeSlot } from './node-slot.ts';

export interface FleetOptions {
  readonly sources: ConfigSources;
  readonly names: Names;
  readonly addresses: NodeAddresses;
  readonly networkRules: () => readonly NetworkRule[];
  readonly onMessage: (node: NodeSlot, message: FromNode) => void;
}

export class Fleet {
  readonly balancer: LoadBalancer;
  private readonly options: FleetOptions;
  private readonly slots = new Map<string, NodeSlot>();
  private shiftedAway: string | null = null;
  private published: readonly string[] = [];
  private configuring: Promise<unknown> = Promise.resolve();

  constructor(balancer: LoadBalancer, options: FleetOptions) {
    this.balancer = balancer;
    this.options = options;
  }

  /** Nodes that carry requests: those that have a process, even one that hangs. */
  get nodeIds(): readonly string[] {
    return [...this.slots.values()].filter(({ pid }) => pid !== null).map(({ id }) => id);
  }

  /** Starts nodes in zones that are new, and ends those of zones that are gone. */
  async settle(): Promise<void> {
    const zones = this.balancer.zones.map(({ az }) => az);
    for (const [zone, slot] of this.slots) {
      if (zones.includes(zone)) continue;
      this.slots.delete(zone);
      await slot.stop();
    }
    for (const zone of zones.filter((one) => !this.slots.has(one))) {
      this.slots.set(zone, await this.newSlot(zone));
    }
    await Promise.all([...this.slots.values()].filter(({ pid }) => pid === null).map((slot) => slot.start()));
    this.publish();
  }

  /**
   * Tells the nodes what the registry says, and resolves when those that answer go by it.
   * @throws UnderstudyError `port-unusable` where a listener's port cannot be had
   */
  async configure(): Promise<void> {
    const config = this.config();
    const slots = [...this.slots.values()];
    const told = Promise.all(
      slots.map(async (slot) => (await slot.configure(config)).map((fault) => ({ ...fault, slot }))),
    );
    this.configuring = told;
    const [fault] = (await told).flat();
    this.publish();
    if (fault !== undefined) throw unusable(fault, fault.slot.address);
  }

  /** @throws AwsError where the balancer takes no shift, or has no such zone */
  shiftAway(zone: string | null): void {
    if (zone !== null && !flag(this.balancer.attributes, 'zonal_shift.config.enabled')) {
      const message = `${this.balancer.arn}: zonal shift is off; set zonal_shift.config.enabled to true`;
      throw new AwsError('BadRequestException', message);
    }
    if (zone !== null && !this.slots.has(zone)) {
      const zones = [...this.slots.keys()].join(', ');
      throw new AwsError(
        'ValidationException',
        `${zone} is no zone of ${this.balancer.arn}, but ${zones} are`,
      );
    }
    this.shiftedAway = zone;
    void this.configure().catch(() => undefined);
    this.publish();
  }

  get shift(): string | null {
    return this.shiftedAway;
  }

  isHealthy(): boolean {
    return isHealthy(this.nameView());
  }

  tick(now: number): void {
    for (const slot of this.slots.values()) slot.tick(now);
    this.publish();
  }

  excuse(now: number): void {
    for (const slot of this.slots.values()) slot.excuse(now);
  }

  nodes(): readonly BalancerNode[] {
    const { arn: balancerArn, dnsName } = this.balancer;
    const ports = this.options.sources.registry.listenersOf(balancerArn).map(({ port }) => port);
    return [...this.slots.values()].map(({ id, zone, address, pid }) => {
      const published = this.published.includes(zone);
      return { id, balancerArn, dnsName, az: zone, address, ports, pid, published };
    });
  }

  async setNetwork(rules: readonly NetworkRule[]): Promise<void> {
    await Promise.all([...this.slots.values()].map((slot) => slot.setNetwork(rules)));
  }

  async stop(): Promise<void> {
    await Promise.all([...this.slots.values()].map((slot) => slot.stop()));
    await this.configuring;
    this.slots.clear();
    for (const name of publishedNames(this.balancer.dnsName)) this.options.names.remove(name);
  }

  /** The name is answered with the nodes that AWS would answer with now. */
  publish(): void {
    const zones = publishedZones(this.nameView());
    if (zones.length === 0 || same(zones, this.published)) return;
    this.published = zones;
    const values = zones.flatMap((zone) => this.slots.get(zone)?.address ?? []);
    for (const name of publishedNames(this.balancer.dnsName)) {
      this.options.names.set(name, { type: 'A', values, ttlS: NAME_TTL_S });
    }
    this.options.sources.world.log('elb', 'the name is answered with', {
      balancer: this.balancer.name,
      zones,
    });
  }

  private nameView(): NameView {
    const { registry, book, world } = this.options.sources;
    const now = world.now();
    const minimum = 'target_group_health.dns_failover.minimum_healthy_targets';
    return {
      nodes: [...this.slots.values()].map((slot) => ({ zone: slot.zone, answers: slot.answers(now) })),
      groups: registry.groupsOf(this.balancer.arn).map((group) => ({
        targets: book.routed(group.arn),
        crossZone: isCrossZone(group),
        minimumHealthy: {
          count: limit(group.attributes, `${minimum}.count`),
          percent: limit(group.attributes, `${minimum}.percentage`),
        },
      })),
      shiftedAway: this.shiftedAway,
    };
  }

  private config() {
    return nodeConfig(this.options.sources, this.balancer, this.shiftedAway);
  }

  private async newSlot(zone: string): Promise<NodeSlot> {
    const { sources, addresses, networkRules, onMessage } = this.options;
    const { world } = sources;
    const slot: NodeSlot = new NodeSlot({
      world,
      id: `${this.balancer.name}/${zone}`,
      zone,
      address: await addresses.take(),
      timings: {
        unpublishedMs: world.managed(NODE_TIMINGS.unpublishedMs),
        replacedMs: world.managed(NODE_TIMINGS.replacedMs),
      },
      networkRules,
      config: () => this.config(),
      onMessage: (message) => onMessage(slot, message),
      onDeath: () => world.log('elb', 'a node has died', { node: slot.id }),
    });
    return slot;
  }
}

function same(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((one) => others.includes(one));
}

function unusable({ port, code }: PortFault, address: string): UnderstudyError {
  const fixes: Readonly<Record<string, string>> = {
    EACCES: `let this user listen there (sysctl net.ipv4.ip_unprivileged_port_start=${Math.min(port, 80)}), or run the sandbox as root`,
    EADDRINUSE: `stop what listens on 0.0.0.0:${port} (a web server of this machine, for example), or give the listener another Port`,
  };
  return new UnderstudyError(
    `port ${port} of a balancer cannot be had at ${address} (${code}). Fix: ${fixes[code] ?? 'give the listener another Port'}`,
    { code: 'port-unusable', advice: 'give-up' },
  );
}
