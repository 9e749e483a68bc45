/**
 * The cache of an application over all its shards. A shard that is away is a miss at once, never another shard
 * (I-20), and nothing old comes back with it: see `core/cache/protocol/`. Free of drivers: the ports bring them.
 */

import { shardCountFaults, stampsOf } from '../../core/cache/index.ts';
import { type RingRow, type ShardRow, shardsOf } from '../../core/cache/protocol/index.ts';
import { InvalidInput } from '../../core/errors.ts';
import type { Clock, Random } from '../ports.ts';
import type { ReadBudgetLimits } from './budget-limits.ts';
import { ReadBudget, type ReadBudgetStatus } from './budget.ts';
import { HolderSweep } from './holder-sweep.ts';
import { Invalidator } from './invalidator.ts';
import { Keyspace } from './keyspace.ts';
import { LeaseKeeper } from './lease-keeper.ts';
import { CACHE_DEFAULTS, type CacheLimits } from './limits.ts';
import type { OpenedCache } from './operations.ts';
import type { CacheParts } from './parts.ts';
import type { CacheConnector, EpochStore, Journal } from './ports.ts';
import { Reader, type ReaderCounts } from './reader.ts';
import { ShardKeeper } from './shard-keeper.ts';
import { ShardLink, type ShardLinkStatus } from './shard-link.ts';

export interface CachePorts {
  readonly connector: CacheConnector;
  readonly epochs: EpochStore;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly random: Random;
}

export interface CacheOptions {
  /**
   * The number of shards that this process knows the endpoints of: the deployed one, or more. How many are in use is
   * the ledger's to say. A key on a shard that is not known is a miss, and its deletions are journaled.
   */
  readonly shards: number;
  readonly limits?: Partial<CacheLimits>;
  /**
   * What loads may ask of the database, by all of this process: give caches that load from one database the same
   * budget. @default - a budget of its own, with the default limits
   */
  readonly budget?: ReadBudget | Partial<ReadBudgetLimits>;
}

export interface RingStatus extends Pick<RingRow, 'epoch' | 'shards' | 'target' | 'moved' | 'phase'> {
  /** Shards of the ring that this process has not been told the endpoints of: deploy it anew. */
  readonly unknown: readonly number[];
}

export interface CacheStatus {
  /** Epoch 0: not known before the first renewal. */
  readonly ring: RingStatus;
  readonly shards: readonly (ShardLinkStatus & Pick<ShardRow, 'epoch' | 'state'>)[];
  readonly isLeased: boolean;
  readonly reads: ReaderCounts;
  readonly budget: ReadBudgetStatus;
}

interface Opened {
  readonly ports: CachePorts;
  readonly parts: CacheParts;
  readonly reader: Reader;
  readonly budget: ReadBudget;
  readonly invalidator: Invalidator;
  readonly keepers: readonly (ShardKeeper | HolderSweep)[];
  closed: boolean;
  isClosed(): boolean;
}

export class Cache extends Keyspace implements OpenedCache {
  readonly #opened: Opened;

  /** Connects and takes its first lease in the background; until then every read is a miss. @throws InvalidInput */
  constructor(ports: CachePorts, options: CacheOptions) {
    const opened = assembled(ports, options);
    super(opened, '');
    this.#opened = opened;
    for (const link of opened.parts.links) link.start();
    opened.parts.leases.start();
    for (const keeper of opened.keepers) keeper.start();
  }

  /** The keys of one tenant, which no other tenant can name. @throws InvalidInput */
  tenant(name: string): Keyspace {
    if (name === '') throw new InvalidInput('The tenant', [NO_TENANT]);
    return new Keyspace(this.#opened, name);
  }

  /**
   * It is filled from `inner` from now on: what its journal has is invalidated there first, or a fill could still take
   * what a process that died has left to be invalidated.
   */
  standsBefore(inner: OpenedCache): void {
    this.#opened.parts.behind.inner = inner;
  }

  deleteNames(names: readonly string[]): Promise<void> {
    return this.invalidateNames(names);
  }

  resume(): Promise<boolean> {
    return this.#opened.parts.leases.renewAnew();
  }

  rest(): Promise<void> {
    return this.#opened.parts.leases.rest();
  }

  describe(): CacheStatus {
    const { links, leases } = this.#opened.parts;
    const shards = links.map((link, shard) => {
      const { epoch, state } = leases.view(shard).row;
      return { ...link.describe(), epoch, state };
    });
    const reads = this.#opened.reader.describe();
    const budget = this.#opened.budget.describe();
    const { isLeased } = leases;
    return { ring: ringStatus(leases.ring.row, links.length), shards, isLeased, reads, budget };
  }

  /** Refuses new work, gives the leases back, and leaves no socket and no timer. */
  async close(): Promise<void> {
    const { parts, keepers, ports, invalidator } = this.#opened;
    this.#opened.closed = true;
    for (const keeper of keepers) keeper.close();
    await invalidator.done();
    await parts.leases.close();
    for (const link of parts.links) link.close();
    ports.connector.close?.();
  }
}

function ringStatus(row: RingRow, known: number): RingStatus {
  const { epoch, shards, target, moved, phase } = row;
  const unknown = Array.from({ length: Math.max(0, shardsOf(row) - known) }, (_, at) => known + at);
  return { epoch, shards, target, moved, phase, unknown };
}

const NO_TENANT = {
  field: 'tenant',
  value: '',
  rule: 'a tenant has a name',
  fix: 'use the cache itself for keys of no tenant',
};

function assembled(ports: CachePorts, { shards, limits: given, budget: wanted }: CacheOptions): Opened {
  const faults = shardCountFaults('shards', shards);
  if (faults.length > 0) throw new InvalidInput('The cache', faults);
  const { connector, clock, random, epochs, journal } = ports;
  const limits = { ...CACHE_DEFAULTS, ...given };
  const budget = wanted instanceof ReadBudget ? wanted : new ReadBudget({ clock, random }, wanted);
  const stamp = stampsOf(random);
  const links = Array.from(
    { length: shards },
    (_, shard) => new ShardLink({ shard, connector, clock, random, limits }),
  );
  const leases = new LeaseKeeper({
    id: stamp(),
    shardCount: shards,
    reads: () => {
      const { hits, misses } = opened.reader.describe();
      return { hits, misses };
    },
    store: epochs,
    clock,
    limits,
  });
  const behind = { inner: null };
  const parts: CacheParts = { clock, random, limits, links, leases, epochs, journal, behind, stamp };
  const opened: Opened = {
    ports,
    parts,
    reader: new Reader(parts, budget),
    budget,
    invalidator: new Invalidator(parts),
    keepers: [...links.map((_, shard) => new ShardKeeper(parts, shard)), new HolderSweep(parts)],
    closed: false,
    isClosed: () => opened.closed,
  };
  return opened;
}
