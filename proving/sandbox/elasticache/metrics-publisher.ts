/** Puts the metrics of every node once a minute, as ElastiCache does; a node that does not answer has none. */

import type { MetricSink, World } from '../kernel/index.ts';
import type { CacheNode } from './cache-node.ts';
import { metricsBetween, type Sample, sampleOf } from './node-metrics.ts';

const PERIOD_MS = 60_000;
const NAMESPACE = 'AWS/ElastiCache';
const CACHE_NODE_ID = '0001';

export class MetricsPublisher {
  private readonly world: World;
  private readonly sink: MetricSink;
  private readonly nodes: () => readonly CacheNode[];
  private readonly samples = new Map<string, Sample>();
  private timer: NodeJS.Timeout | undefined;

  constructor(world: World, sink: MetricSink, nodes: () => readonly CacheNode[]) {
    this.world = world;
    this.sink = sink;
    this.nodes = nodes;
  }

  /** The period follows the pace, as alarms' periods do. */
  start(): void {
    if (this.timer !== undefined) return;
    this.timer = setInterval(() => void this.publish(), this.world.managed(PERIOD_MS)).unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private async publish(): Promise<void> {
    await Promise.allSettled(this.nodes().map((node) => this.publishNode(node)));
  }

  private async publishNode(node: CacheNode): Promise<void> {
    if (node.pid === 0) return;
    const after = sampleOf(await node.info(), this.world.now());
    const before = this.samples.get(node.id);
    this.samples.set(node.id, after);
    if (before === undefined) return;
    for (const metric of metricsBetween(before, after)) {
      this.sink.put({
        ...metric,
        namespace: NAMESPACE,
        dimensions: { CacheClusterId: node.id, CacheNodeId: CACHE_NODE_ID },
        at: after.at,
        resolutionS: 60,
      });
    }
  }
}
