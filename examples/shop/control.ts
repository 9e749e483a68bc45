/**
 * The same shop with a plain `pg` pool on each endpoint, a plain client of each cache server on a ring, nothing in front
 * of its quotes, and nothing else: what a team has before it has Understudy.
 * Drills run it as their control, which must show the failures that the pools prevent.
 */

import { randomUUID } from 'node:crypto';
import { Pool, type PoolConfig } from 'pg';
import { elastiCacheToken, iamToken, parseShards } from '../../runtime/index.ts';
import { readTask } from '../shared/task.ts';
import { readConfig, type ShopConfig } from './config.ts';
import { PlainCatalog, plainServer, type PlainServer } from './control-catalog.ts';
import { TokenVerifier } from './identity.ts';
import { runShop } from './process.ts';
import { Quotes } from './quotes.ts';
import {
  type Order,
  type OrderRow,
  type Product,
  type ProductRow,
  statements,
  type Store,
  toOrder,
} from './store.ts';

const CONNECTIONS_MAX = 20;
/** Every reader has read up to here: the plain shop promises nothing about reading its own writes. */
const NO_POSITION = '0';

export class PlainStore implements Store {
  readonly #writer: Pool;
  readonly #reader: Pool;
  readonly #sql: ReturnType<typeof statements>;
  readonly #user: string;
  readonly #readerName: string;

  constructor(options: { user: string; writer: PoolConfig; reader: PoolConfig }) {
    this.#user = options.user;
    this.#sql = statements(options.user);
    this.#readerName = options.reader.host ?? 'reader';
    this.#writer = quiet(new Pool(options.writer));
    this.#reader = quiet(new Pool(options.reader));
  }

  async prepare(): Promise<void> {
    const { rowCount } = await this.#writer.query(this.#sql.schemaExists, [this.#user]);
    if (rowCount === 0) await this.#writer.query(this.#sql.createSchema);
    for (const statement of this.#sql.prepare) await this.#writer.query(statement);
  }

  async product(id: number): Promise<Product | null> {
    const { rows } = await this.#reader.query<ProductRow>(this.#sql.product, [id]);
    const row = rows[0];
    return row
      ? { id: row.id, name: row.name, priceCents: row.price_cents, servedBy: this.#readerName }
      : null;
  }

  async placeOrder({ id, productId, quantity }: Order): Promise<string> {
    await this.#writer.query(this.#sql.placeOrder, [id, productId, quantity, randomUUID()]);
    return NO_POSITION;
  }

  async order(id: string): Promise<Order | null> {
    const { rows } = await this.#reader.query<OrderRow>(this.#sql.order, [id]);
    return toOrder(rows[0]);
  }

  status(): object {
    const counts = (pool: Pool): object => ({
      total: pool.totalCount,
      idle: pool.idleCount,
      waiting: pool.waitingCount,
    });
    return { writer: counts(this.#writer), reader: counts(this.#reader) };
  }

  async close(): Promise<void> {
    await Promise.all([this.#writer.end(), this.#reader.end()]);
  }
}

/** Without a listener, `pg` ends the process when an idle connection breaks. */
function quiet(pool: Pool): Pool {
  return pool.on('error', (error) =>
    process.stderr.write(`control: idle connection lost: ${error.message}\n`),
  );
}

export function plainStore(config: ShopConfig): PlainStore {
  const { database } = config;
  return new PlainStore({
    user: database.user,
    writer: poolConfig(config, database.clusterEndpoint),
    reader: poolConfig(config, database.readerEndpoint),
  });
}

/** A plain client of each shard on a ring; without shards, a plain pool alone. */
export function plainCatalog(config: ShopConfig): PlainCatalog {
  const { cache, database } = config;
  const user = cache.user ?? database.user;
  const token = elastiCacheToken({ region: database.region, user });
  const shards = cache.shards === undefined ? [] : parseShards(cache.shards, 'UNDERSTUDY_CACHE_SHARDS');
  const servers = shards.map((shard): [string, PlainServer] => {
    return [shard.id, plainServer({ shard, user, password: () => token(shard.id), ca: database.ca })];
  });
  const writer = quiet(new Pool(poolConfig(config, database.clusterEndpoint)));
  return new PlainCatalog({ user: database.user, writer, servers: new Map(servers), ttlMs: cache.ttlMs });
}

function poolConfig({ database }: ShopConfig, host: string): PoolConfig {
  const { region, port, user, ca } = database;
  const token = iamToken({ region, port, user });
  return {
    host,
    port,
    user,
    database: database.database,
    password: () => token({ id: host, host }),
    ssl: ca === undefined ? { rejectUnauthorized: true } : { ca, rejectUnauthorized: true },
    max: CONNECTIONS_MAX,
    application_name: `${user}-control`,
  };
}

if (import.meta.main) {
  const config = readConfig(process.env);
  const store = plainStore(config);
  const verifier = new TokenVerifier(config.tokenKey);
  const quotes = new Quotes({ store, verifier, config: config.quotes });
  const task = await readTask(process.env, 'service');
  await runShop({ store, quotes, catalog: plainCatalog(config), task, traces: config.traces }, config);
}
