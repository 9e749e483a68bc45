/** Both pools over one cluster, sharing one view of it. Free of drivers: the ports bring them. */

import {
  type ClusterWatcher,
  WATCHER_DEFAULTS,
  ClusterWatcher as Watcher,
  type WatcherLimits,
} from './cluster-watcher.ts';
import { OutcomeRecorder, type OutcomeIdentity } from './outcome-recorder.ts';
import type { Clock, Connector, OutcomeSink, Random, Topology } from './ports.ts';
import { READ_POOL_DEFAULTS, type ReadPoolLimits } from './read-limits.ts';
import { ReadPool, type ReadPoolStatus } from './read-pool.ts';
import { WRITE_POOL_DEFAULTS, type WritePoolLimits } from './write-limits.ts';
import { WritePool, type WritePoolPorts, type WritePoolStatus } from './write-pool.ts';

export interface DatabasePorts {
  readonly connector: Connector;
  readonly topology: Topology;
  readonly clock: Clock;
  readonly random: Random;
  /** Where client evidence goes. @default - nowhere */
  readonly outcomes?: { readonly identity: OutcomeIdentity; readonly sink: OutcomeSink & { close?(): void } };
}

export interface DatabaseLimits {
  readonly reads?: Partial<ReadPoolLimits>;
  readonly writes?: Partial<WritePoolLimits>;
  readonly watcher?: Partial<WatcherLimits>;
}

export interface DatabaseStatus {
  readonly reads: ReadPoolStatus;
  readonly writes: WritePoolStatus;
  readonly members: readonly {
    readonly id: string;
    readonly role: 'writer' | 'reader';
    readonly lagMs: number | null;
  }[];
  readonly outcomes: { readonly reported: number; readonly failed: number };
}

export class Database {
  readonly reads: ReadPool;
  readonly writes: WritePool;
  readonly #watcher: ClusterWatcher;
  readonly #outcomes: OutcomeRecorder;
  readonly #sink: { close?(): void } | null;
  readonly #connector: Connector;
  readonly #shared: WritePoolPorts;
  readonly #apart = new Set<WritePool>();

  constructor(ports: DatabasePorts, limits: DatabaseLimits = {}) {
    this.#outcomes = new OutcomeRecorder(ports.clock);
    this.#watcher = new Watcher(ports, { ...WATCHER_DEFAULTS, ...limits.watcher });
    const shared = { ...ports, watcher: this.#watcher, outcomes: this.#outcomes };
    this.#shared = shared;
    this.reads = new ReadPool(shared, { ...READ_POOL_DEFAULTS, ...limits.reads });
    this.writes = new WritePool(shared, { ...WRITE_POOL_DEFAULTS, ...limits.writes });
    this.#connector = ports.connector;
    this.#sink = ports.outcomes?.sink ?? null;
    if (ports.outcomes) this.#outcomes.start(ports.outcomes.identity, ports.outcomes.sink);
    this.#watcher.start();
  }

  /**
   * Connections to the writer of their own, for writes that must not wait behind those of `writes`. They follow the
   * writer by the same view of the cluster, and end with the database, or with their own `close`.
   */
  writesApart(limits: Partial<WritePoolLimits> = {}): WritePool {
    const pool = new WritePool(this.#shared, { ...WRITE_POOL_DEFAULTS, ...limits });
    this.#apart.add(pool);
    return pool;
  }

  /** A snapshot for people and for a status page. */
  describe(): DatabaseStatus {
    return {
      reads: this.reads.describe(),
      writes: this.writes.describe(),
      members: this.#watcher.members.map(({ id, role, lagMs }) => ({ id, role, lagMs })),
      outcomes: this.#outcomes.describe(),
    };
  }

  /** Refuses new work, lets what is under way finish within `drainMs`, and leaves no socket and no timer. Closes the connector too. */
  async close(drainMs = 5000): Promise<void> {
    const pools = [this.reads, this.writes, ...this.#apart];
    await Promise.all(pools.map((pool) => pool.close(drainMs)));
    this.#watcher.close();
    this.#connector.close?.();
    this.#outcomes.close();
    this.#sink?.close?.();
  }
}
