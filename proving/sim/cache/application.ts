/** One process of the application: the shipped pools and the shipped cache, over simulated ports. */

import {
  Cache,
  type CacheOperations,
  type CacheStatus,
  LayeredCache,
  type OpenedCache,
  ReadBudget,
} from '../../../runtime/cache/index.ts';
import { Database } from '../../../runtime/database.ts';
import { SIM_LIMITS } from '../clients/limits.ts';
import type { SimDatabase } from '../database/index.ts';
import type { Random, SimClock } from '../kernel/index.ts';
import { ProcessClock } from '../service/process-clock.ts';
import type { CacheDefect } from './defect.ts';
import { LedgerPort } from './ledger-port.ts';
import type { CacheLog } from './log.ts';
import { processConnector, type ProcessConnector } from './process-connector.ts';
import { ShardConnector, type ShardConnectorOptions } from './shard-connector.ts';
import { APPLICATION, type CacheSite } from './site.ts';
import type { Tables } from './tables.ts';

export interface ApplicationOptions extends Pick<
  ShardConnectorOptions,
  'network' | 'shards' | 'remembered' | 'onExecuted'
> {
  readonly clock: SimClock;
  readonly random: Random;
  readonly database: SimDatabase;
  readonly tables: Tables;
  readonly log: CacheLog;
  readonly site: CacheSite;
  readonly place: number;
  /** Unlike that of any other process, ever. */
  readonly id: string;
  readonly defect: CacheDefect | null;
}

/** One cache of the process: which shards of all it has. */
interface Layer {
  readonly layer: number;
  readonly first: number;
  readonly count: number;
}

/** Where the processes of a place run, as the network of the database knows them. */
export function nodeOf(place: number): string {
  return `client:${APPLICATION}-${place + 1}`;
}

export class Application {
  readonly id: string;
  readonly place: number;
  readonly clock: ProcessClock;
  readonly database: Database;
  readonly options: ApplicationOptions;
  readonly #layers: readonly Cache[];
  readonly #cache: OpenedCache;
  readonly #toDatabase: ProcessConnector;
  readonly #toShards: ShardConnector[] = [];

  constructor(options: ApplicationOptions) {
    const { clock, random, database, site, place, id } = options;
    this.options = options;
    this.id = id;
    this.place = place;
    this.clock = new ProcessClock(clock, site.rates[place]);
    this.#toDatabase = processConnector(database.connector(nodeOf(place)), this.clock);
    const { topology } = database;
    const pools = random.fork('pools').next;
    const ports = { connector: this.#toDatabase, topology, clock: this.clock, random: pools };
    this.database = new Database(ports, SIM_LIMITS);
    const { layering, shards, innerShards } = site;
    const own = random.fork('cache').next;
    // One database, one budget.
    const budget = new ReadBudget({ clock: this.clock, random: own });
    const outer = this.#opened({ layer: 0, first: 0, count: shards }, own, budget);
    if (layering === null) {
      this.#layers = [outer];
      this.#cache = outer;
      return;
    }
    const inner = this.#opened({ layer: 1, first: shards, count: innerShards }, own, budget);
    this.#layers = [outer, inner];
    this.#cache = new LayeredCache({ kind: layering, outer, inner });
  }

  /** The keys of one tenant; the empty name stands for nobody in particular. */
  keysOf(tenant: string): CacheOperations {
    return tenant === '' ? this.#cache : this.#cache.tenant(tenant);
  }

  /** Of each layer. */
  describe(): readonly CacheStatus[] {
    return this.#layers.map((layer) => layer.describe());
  }

  #opened({ layer, first, count }: Layer, random: () => number, budget: ReadBudget): Cache {
    const { tables, id, defect } = this.options;
    const toShards = new ShardConnector({ ...this.options, owner: this.clock, first });
    this.#toShards.push(toShards);
    const ledger = new LedgerPort({ database: this.database, tables, process: id, layer });
    const limits = defect?.limits;
    return new Cache(
      {
        connector: defect?.connector?.(toShards) ?? toShards,
        epochs: defect?.epochs?.(ledger) ?? ledger,
        journal: defect?.journal?.(ledger) ?? ledger,
        clock: defect?.clock?.(this.clock) ?? this.clock,
        random,
      },
      { shards: count, budget, ...(limits && { limits }) },
    );
  }

  /** Nothing that it has begun goes on, but for what is on its way. */
  kill(): void {
    this.clock.kill();
    this.#toDatabase.kill();
    for (const toShards of this.#toShards) toShards.close();
  }
}
