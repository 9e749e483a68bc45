/**
 * The catalogue of the control: a plain client of each cache server on a ring that leaves dead ones out. A read that
 * finds nothing loads and stores; a write deletes what is cached after it. What the cache cannot do is swallowed, as
 * usual: it is only a cache.
 */

import { Redis } from 'ioredis';
import type { Pool } from 'pg';
import type { Catalog, CatalogAnswer, CatalogProduct, CatalogStatus } from './catalog.ts';
import { type CatalogRow, toCatalogProduct } from './catalog-store.ts';
import { Fills } from './fills.ts';
import { Ring } from './ring.ts';
import { statements } from './store.ts';

/** As much as Understudy's router waits, so that the two differ in nothing but what they do about it. */
const COMMAND_MS = 100;
const CONNECT_MS = 1000;
const RECONNECT_MS = 100;

/** One server as a plain client sees it. */
export interface PlainServer {
  get(key: string): Promise<string | null>;
  set(key: string, value: string, ttlMs: number): Promise<void>;
  del(key: string): Promise<void>;
  close(): void;
}

export interface PlainCatalogOptions {
  readonly user: string;
  readonly writer: Pick<Pool, 'query' | 'end'>;
  /** By name, in the order of the shards. */
  readonly servers: ReadonlyMap<string, PlainServer>;
  readonly ttlMs: number;
}

export class PlainCatalog implements Catalog {
  readonly #options: PlainCatalogOptions;
  readonly #sql: ReturnType<typeof statements>;
  readonly #servers: readonly PlainServer[];
  readonly #ring: Ring;
  readonly #fills = new Fills();

  constructor(options: PlainCatalogOptions) {
    this.#options = options;
    this.#sql = statements(options.user);
    this.#servers = [...options.servers.values()];
    this.#ring = new Ring([...options.servers.keys()]);
  }

  async product(id: number): Promise<CatalogAnswer> {
    const cached = await this.#try(id, (server) => server.get(keyOf(id)));
    if (cached) return { product: JSON.parse(cached) as CatalogProduct, from: 'hit' };
    const product = await this.#fills.count(id, async () => {
      const { rows } = await this.#options.writer.query<CatalogRow>(this.#sql.catalogProduct, [id]);
      return toCatalogProduct(rows[0]);
    });
    const { ttlMs } = this.#options;
    await this.#try(id, (server) => server.set(keyOf(id), JSON.stringify(product), ttlMs));
    return { product, from: 'miss' };
  }

  async setPrice(id: number, priceCents: number): Promise<number | null> {
    const { rows } = await this.#options.writer.query<CatalogRow>(this.#sql.setPrice, [id, priceCents]);
    if (rows[0] === undefined) return null;
    await this.#try(id, (server) => server.del(keyOf(id)));
    return rows[0].version;
  }

  describe(): CatalogStatus {
    const limits = { loadsPerS: null, commandMs: COMMAND_MS };
    return { fills: this.#fills.describe(), limits, cache: { servers: this.#servers.length } };
  }

  async close(): Promise<void> {
    for (const server of this.#servers) server.close();
    await this.#options.writer.end();
  }

  /** Null for whatever went wrong. */
  async #try<T>(id: number, command: (server: PlainServer) => Promise<T>): Promise<T | null> {
    const at = this.#ring.serverOf(keyOf(id), performance.now());
    if (at === null) return null;
    try {
      const answer = await command(this.#servers[at]!);
      this.#ring.succeeded(at);
      return answer;
    } catch {
      this.#ring.failed(at, performance.now());
      return null;
    }
  }
}

/** The same name under which Understudy's cache has it, so that a judge looks for both alike. */
function keyOf(id: number): string {
  return `:catalog:${id}`;
}

export interface PlainServerOptions {
  /** A replication group, and the name that its certificate carries. */
  readonly shard: { readonly id: string; readonly host: string; readonly port: number };
  readonly user: string;
  readonly password: () => Promise<string>;
  readonly ca: string | undefined;
}

/** Connects in the background, and again whenever the connection is lost. */
export function plainServer({ shard, user, password, ca }: PlainServerOptions): PlainServer {
  let redis: Redis | null = null;
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;
  const later = (): void => {
    redis = null;
    if (!isClosed) timer = setTimeout(() => void connect().catch(later), RECONNECT_MS);
  };
  const connect = async (): Promise<void> => {
    const client = new Redis({
      host: shard.host,
      port: shard.port,
      username: user,
      password: await password(),
      tls: { servername: shard.host, ...(ca === undefined ? {} : { ca }) },
      connectTimeout: CONNECT_MS,
      commandTimeout: COMMAND_MS,
      maxRetriesPerRequest: 0,
      enableOfflineQueue: false,
      retryStrategy: () => null,
    });
    client.on('error', () => undefined);
    client.once('close', later);
    redis = client;
  };
  void connect().catch(later);
  const connected = (): Redis => {
    if (redis === null) throw new Error(`${shard.id} is not connected`);
    return redis;
  };
  return {
    get: async (key) => connected().get(key),
    set: async (key, value, ttlMs) => void (await connected().set(key, value, 'PX', ttlMs)),
    del: async (key) => void (await connected().del(key)),
    close: () => {
      isClosed = true;
      clearTimeout(timer);
      redis?.disconnect();
    },
  };
}
