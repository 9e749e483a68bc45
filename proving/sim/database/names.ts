/** The names of the cluster, and what each node remembers of their addresses. */

import {
  clusterNames,
  type ClusterNames,
  type ClusterState,
  ENDPOINT_TTL_S,
  readerTargets,
} from '../../twin/aurora/index.ts';
import type { Random, SimClock } from '../kernel/index.ts';

const SCOPE = { region: 'us-east-1', hash: 'simulated', urlSuffix: 'amazonaws.com' } as const;

interface Remembered {
  readonly targets: readonly string[];
  readonly until: number;
}

export class SimNames {
  readonly hosts: ClusterNames;
  readonly #clock: SimClock;
  readonly #random: Random;
  readonly #published = new Map<string, readonly string[]>();
  readonly #caches = new Map<string, Map<string, Remembered>>();
  readonly #forever = new Set<string>();

  constructor(options: { clock: SimClock; random: Random; clusterId: string; members: readonly string[] }) {
    this.#clock = options.clock;
    this.#random = options.random;
    this.hosts = clusterNames(options.clusterId, SCOPE);
    for (const id of options.members) this.#published.set(this.hosts.instance(id), [id]);
  }

  publish(state: ClusterState): void {
    this.#published.set(this.hosts.cluster, state.endpoint === null ? [] : [state.endpoint]);
    this.#published.set(this.hosts.reader, readerTargets(state));
  }

  /** What the name says now, whatever anybody remembers. */
  published(host: string): readonly string[] {
    return this.#published.get(host) ?? [];
  }

  keep(node: string, forever: boolean): void {
    if (forever) this.#forever.add(node);
    else this.#forever.delete(node);
  }

  /** The member that a node reaches by this name; null where the name has no address. */
  resolve(node: string, host: string): string | null {
    const targets = this.#lookUp(node, host);
    if (targets.length <= 1) return targets[0] ?? null;
    return this.#random.pick(targets);
  }

  #lookUp(node: string, host: string): readonly string[] {
    let cache = this.#caches.get(node);
    if (cache === undefined) {
      cache = new Map();
      this.#caches.set(node, cache);
    }
    const now = this.#clock.now();
    const known = cache.get(host);
    if (known && (now < known.until || this.#forever.has(node))) return known.targets;
    const targets = this.published(host);
    cache.set(host, { targets, until: now + ENDPOINT_TTL_S * 1000 });
    return targets;
  }
}
