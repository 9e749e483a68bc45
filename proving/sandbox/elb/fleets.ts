/** All balancers at work: their nodes, what these say, and the clock that they are watched by. */

import { randomBytes } from 'node:crypto';
import {
  AwsError,
  type Certificates,
  type MetricSink,
  type Names,
  type ObjectSink,
  type World,
} from '../kernel/index.ts';
import type { NetworkRule } from '../network/rule.ts';
import { Fleet } from './fleet.ts';
import { deliverLog } from './log-delivery.ts';
import type { LoadBalancer } from './model.ts';
import { publishedNames } from './names.ts';
import { NodeAddresses } from './node-addresses.ts';
import { metricsOf } from './node-metrics.ts';
import type { FromNode } from './node-protocol.ts';
import type { NodeSlot } from './node-slot.ts';
import type { ProviderPorts } from './providers/index.ts';
import type { Registry } from './registry.ts';
import { TargetBook } from './target-book.ts';

export interface FleetsOptions {
  readonly world: World;
  readonly registry: Registry;
  readonly names: Names;
  readonly certificates: Certificates;
  readonly metrics: MetricSink;
  readonly buckets: ObjectSink;
}

const TICK_MS = 250;
/** Ticks that come later than this were not asked for in time: nodes may have answered unheard. */
const LATE_MS = 2_000;
const ID_BYTES = 8;

export class Fleets {
  readonly book: TargetBook;
  private readonly options: FleetsOptions;
  private readonly fleets = new Map<string, Fleet>();
  private readonly addresses = new NodeAddresses();
  private rules: readonly NetworkRule[] = [];
  private timer: NodeJS.Timeout | undefined;
  private tickedAt = 0;

  constructor(options: FleetsOptions) {
    this.options = options;
    const { world, registry } = options;
    this.book = new TargetBook({
      world,
      registry,
      nodesOf: (groupArn) => this.fleets.get(registry.balancerOf(groupArn)?.arn ?? '')?.nodeIds ?? [],
      changed: (groupArn) => {
        const fleet = this.fleets.get(registry.balancerOf(groupArn)?.arn ?? '');
        fleet?.configure().catch((error: unknown) => this.complain(error));
      },
    });
  }

  all(): readonly Fleet[] {
    return [...this.fleets.values()];
  }

  /** The nodes of a balancer of the registry. */
  of(balancer: LoadBalancer): Fleet {
    const known = this.fleets.get(balancer.arn);
    if (known) return known;
    const { world, registry, names, certificates } = this.options;
    const fleet = new Fleet(balancer, {
      sources: { world, registry, certificates, book: this.book },
      names,
      addresses: this.addresses,
      networkRules: () => this.rules,
      onMessage: (node, message) => this.hear(balancer, node, message),
    });
    this.fleets.set(balancer.arn, fleet);
    return fleet;
  }

  /** Null for a name that is no balancer's. */
  isHealthy(dnsName: string): boolean | null {
    const named = this.all().find(({ balancer }) =>
      publishedNames(balancer.dnsName).includes(dnsName.toLowerCase().replace(/\.$/, '')),
    );
    return named?.isHealthy() ?? null;
  }

  async setNetwork(rules: readonly NetworkRule[]): Promise<void> {
    this.rules = rules;
    await Promise.all(this.all().map((fleet) => fleet.setNetwork(rules)));
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await Promise.allSettled(this.all().map((fleet) => fleet.stop()));
    this.fleets.clear();
  }

  providerPorts(zoneOf: (subnetId: string) => string | null): ProviderPorts {
    const { world, registry, certificates, buckets } = this.options;
    return {
      world,
      registry,
      newId: () => randomBytes(ID_BYTES).toString('hex'),
      zoneOf,
      needCertificate: (arn) => void certificates.material(arn),
      needBucket: (name) => needBucket(buckets, name),
      targets: this.book,
      changed: () => this.configureAll(),
      nodesFor: async (balancer) => {
        this.watch();
        await this.of(balancer).settle();
      },
      removeNodes: async (balancer) => {
        const fleet = this.fleets.get(balancer.arn);
        this.fleets.delete(balancer.arn);
        await fleet?.stop();
      },
      listen: (balancer) => this.of(balancer).configure(),
    };
  }

  async configureAll(): Promise<void> {
    await Promise.all(this.all().map((fleet) => fleet.configure()));
  }

  private watch(): void {
    if (this.timer !== undefined) return;
    this.tickedAt = this.options.world.now();
    this.timer = setInterval(() => this.tick(), TICK_MS).unref();
  }

  private tick(): void {
    const now = this.options.world.now();
    if (now - this.tickedAt > LATE_MS) for (const fleet of this.all()) fleet.excuse(now);
    this.tickedAt = now;
    this.book.tick(now);
    for (const fleet of this.all()) fleet.tick(now);
  }

  private hear(balancer: LoadBalancer, node: NodeSlot, message: FromNode): void {
    switch (message.kind) {
      case 'health':
      case 'drained':
        this.book.heard(node.id, message);
        this.fleets.get(balancer.arn)?.publish();
        break;
      case 'report':
        this.putMetrics(balancer, node, message.report);
        break;
      case 'log': {
        const { file, endAt } = message;
        const { world, buckets } = this.options;
        void deliverLog(world, buckets, balancer, { file, endAt, address: node.address });
        break;
      }
      default:
        break;
    }
  }

  private putMetrics(
    balancer: LoadBalancer,
    node: NodeSlot,
    report: Extract<FromNode, { kind: 'report' }>['report'],
  ): void {
    const { world, registry, metrics } = this.options;
    const groupName = (arn: string) => {
      const group = registry.groups.get(arn);
      return group === undefined ? null : `targetgroup/${group.name}/${group.id}`;
    };
    const by = {
      balancer: `app/${balancer.name}/${balancer.id}`,
      zone: node.zone,
      groupName,
      at: world.now(),
    };
    for (const datum of metricsOf(report, by)) metrics.put(datum);
  }

  private complain(error: unknown): void {
    this.options.world.log('elb', 'nodes could not be told', { error: String(error) });
  }
}

function needBucket(buckets: ObjectSink, name: string): void {
  if (buckets.exists(name)) return;
  throw new AwsError(
    'InvalidConfigurationRequest',
    `access_logs.s3.bucket = '${name}': there is no such bucket`,
  );
}
