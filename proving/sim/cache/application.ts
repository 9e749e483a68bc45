/** One process of the application: the shipped pools and the shipped cache, over simulated ports. */

import { Cache, type CacheStatus, type Keyspace } from '../../../runtime/cache/index.ts';
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
  readonly #cache: Cache;
  readonly #toDatabase: ProcessConnector;
  readonly #toShards: ShardConnector;

  constructor(options: ApplicationOptions) {
    const { clock, random, database, tables, site, place, id, defect } = options;
    this.options = options;
    this.id = id;
    this.place = place;
    this.clock = new ProcessClock(clock, site.rates[place]);
    this.#toDatabase = processConnector(database.connector(nodeOf(place)), this.clock);
    const { topology } = database;
    const pools = random.fork('pools').next;
    const ports = { connector: this.#toDatabase, topology, clock: this.clock, random: pools };
    this.database = new Database(ports, SIM_LIMITS);
    this.#toShards = new ShardConnector({ ...options, owner: this.clock });
    const ledger = new LedgerPort(this.database, tables, id);
    const limits = defect?.limits;
    this.#cache = new Cache(
      {
        connector: defect?.connector?.(this.#toShards) ?? this.#toShards,
        epochs: defect?.epochs?.(ledger) ?? ledger,
        journal: defect?.journal?.(ledger) ?? ledger,
        clock: defect?.clock?.(this.clock) ?? this.clock,
        random: random.fork('cache').next,
      },
      { shards: site.shards, ...(limits && { limits }) },
    );
  }

  /** The keys of one tenant; the empty name stands for nobody in particular. */
  keysOf(tenant: string): Keyspace {
    return tenant === '' ? this.#cache : this.#cache.tenant(tenant);
  }

  describe(): CacheStatus {
    return this.#cache.describe();
  }

  /** Nothing that it has begun goes on, but for what is on its way. */
  kill(): void {
    this.clock.kill();
    this.#toDatabase.kill();
    this.#toShards.close();
  }
}
