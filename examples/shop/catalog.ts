/** The shop's catalogue: what `/catalog/<id>` reads and writes, through a cache or straight from the database. */

import type { CacheOperations, ServedFrom } from '../../runtime/index.ts';
import { currentRequest } from '../shared/request-context.ts';
import type { CatalogStore } from './catalog-store.ts';
import { Fills, type FillsStatus } from './fills.ts';

/** A type and no interface, so that it is known to be JSON. */
export type CatalogProduct = {
  readonly id: number;
  readonly name: string;
  readonly priceCents: number;
  /** Grows with every write, and never goes back. */
  readonly version: number;
};

/** Where an answer came from. `gutter`: from what stands in for a shard that is away. */
export type Source = 'hit' | 'stale' | 'gutter' | 'miss';

export interface CatalogAnswer {
  /** Null when there is no such product. */
  readonly product: CatalogProduct | null;
  readonly from: Source;
}

/** What it keeps to, as it tells whoever watches it. */
export interface CatalogLimits {
  /** Loads a second at most; null: no bound. */
  readonly loadsPerS: number | null;
  /** How long a shard is waited for; null without a cache. */
  readonly commandMs: number | null;
}

export interface CatalogStatus {
  readonly fills: FillsStatus;
  readonly limits: CatalogLimits;
  /** What the cache says of itself. */
  readonly cache: unknown;
}

export interface Catalog {
  product(id: number): Promise<CatalogAnswer>;
  /** The version that the write made, once nobody is served an older one any more; null: no such product. */
  setPrice(id: number, priceCents: number): Promise<number | null>;
  describe(): CatalogStatus;
  close(): Promise<void>;
}

/** How a product is named in the cache. */
export function keyOf(id: number): string {
  return `catalog:${id}`;
}

/** Without a cache every read is a load. */
export class DirectCatalog implements Catalog {
  readonly #store: CatalogStore<unknown>;
  readonly #fills = new Fills();

  constructor(store: CatalogStore<unknown>) {
    this.#store = store;
  }

  async product(id: number): Promise<CatalogAnswer> {
    return { product: await this.#fills.count(id, () => this.#store.product(id)), from: 'miss' };
  }

  async setPrice(id: number, priceCents: number): Promise<number | null> {
    return (await this.#store.setPrice({ id, priceCents }, () => Promise.resolve()))?.version ?? null;
  }

  describe(): CatalogStatus {
    const limits = { loadsPerS: null, commandMs: null };
    return { fills: this.#fills.describe(), limits, cache: null };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

const SOURCES: Readonly<Record<ServedFrom, Source>> = {
  hit: 'hit',
  stale: 'stale',
  inner: 'gutter',
  load: 'miss',
};

/** What the catalogue needs of a cache. */
export interface CatalogCache<Session, Pending> {
  getOrLoad: CacheOperations['getOrLoad'];
  record(session: Session, key: string): Promise<Pending>;
  deliver(pending: Pending): Promise<void>;
  close(): Promise<void>;
}

export interface CachedCatalogOptions<Session, Pending> {
  readonly store: CatalogStore<Session>;
  readonly cache: CatalogCache<Session, Pending>;
  readonly describeCache: () => unknown;
  readonly ttlMs: number;
  readonly limits: CatalogLimits;
  /** The shard that a key is on, for traces. @default - traces do not name it */
  readonly shardOf?: (key: string) => string;
}

/** Reads are cached; a write is acknowledged when no reader is given anything older. */
export class CachedCatalog<Session, Pending> implements Catalog {
  readonly #options: CachedCatalogOptions<Session, Pending>;
  readonly #fills = new Fills();

  constructor(options: CachedCatalogOptions<Session, Pending>) {
    this.#options = options;
  }

  async product(id: number): Promise<CatalogAnswer> {
    const { cache, store, ttlMs } = this.#options;
    const seen: { from: Source } = { from: 'miss' };
    const onServed = (served: ServedFrom): void => {
      seen.from = SOURCES[served];
    };
    const load = () => this.#fills.count(id, () => store.product(id));
    const request = currentRequest();
    const product = await cache.getOrLoad(keyOf(id), load, { ttlMs, onServed });
    const shard = this.#options.shardOf?.(keyOf(id));
    request?.met('cache', { from: seen.from, ...(shard === undefined ? {} : { shard }) });
    return { product, ...seen };
  }

  async setPrice(id: number, priceCents: number): Promise<number | null> {
    const { cache, store } = this.#options;
    const written = await store.setPrice({ id, priceCents }, (session) => cache.record(session, keyOf(id)));
    if (written === null) return null;
    await cache.deliver(written.noted);
    return written.version;
  }

  describe(): CatalogStatus {
    const { describeCache, limits } = this.#options;
    return { fills: this.#fills.describe(), limits, cache: describeCache() };
  }

  close(): Promise<void> {
    return this.#options.cache.close();
  }
}
