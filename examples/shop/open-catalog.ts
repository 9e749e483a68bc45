/** The catalogue with everything real: through the cache where there is one, else straight from the database. */

import { CACHE_DEFAULTS, type Database, openCache, parseShards, shardOf } from '../../runtime/index.ts';
import { CachedCatalog, type Catalog, DirectCatalog } from './catalog.ts';
import { PoolCatalogStore } from './catalog-store.ts';
import type { ShopConfig } from './config.ts';

/** Longest wait for the shards before serving begins: without them the catalogue is only slower. */
const READY_MS_MAX = 5000;

export interface OpenCatalog {
  readonly catalog: Catalog;
  /** True once every shard serves; false after a while without. */
  ready(): Promise<boolean>;
}

export function openCatalog({ cache, database }: ShopConfig, pool: Database): OpenCatalog {
  const store = new PoolCatalogStore(pool, database.user);
  const { shards, copies, gutter, user, ttlMs, loadsPerS } = cache;
  if (shards === undefined || user === null) {
    return { catalog: new DirectCatalog(store), ready: () => Promise.resolve(true) };
  }
  const opened = openCache({
    database: pool,
    shards,
    ...(copies === undefined ? {} : { copies }),
    ...(gutter === undefined ? {} : { gutter }),
    user,
    region: database.region,
    ...(database.ca === undefined ? {} : { ca: database.ca }),
    budget: { loadsPerSecond: loadsPerS },
  });
  const endpoints = parseShards(shards, 'UNDERSTUDY_CACHE_SHARDS');
  const catalog = new CachedCatalog({
    shardOf: (key) => endpoints[shardOf(key, endpoints.length)]!.id,
    store,
    cache: opened.cache,
    describeCache: () => opened.describe(),
    ttlMs,
    limits: { loadsPerS, commandMs: CACHE_DEFAULTS.commandMs },
  });
  return { catalog, ready: () => opened.ready(READY_MS_MAX) };
}
