import type { CacheThresholds } from '../../core/thresholds/cache.ts';
import type { DatabaseThresholds } from '../../core/thresholds/database.ts';
import type { EdgeThresholds } from '../../core/thresholds/edge.ts';
import { wholeOf } from '../../core/thresholds/layer.ts';
import type { ThrottleThresholds } from '../../core/thresholds/throttle.ts';
import type { WebThresholds } from '../../core/thresholds/web.ts';
import type { StateStore } from '../../core/ports/index.ts';

/** The database thresholds in force: what reconcile has copied into the table, else the defaults. */
export async function databaseThresholds(store: StateStore): Promise<DatabaseThresholds> {
  const item = await store.readThresholds('database');
  return wholeOf('database', item?.values ?? null);
}

/** As for the database: the thresholds of the throttle in force. */
export async function throttleThresholds(store: StateStore): Promise<ThrottleThresholds> {
  const item = await store.readThresholds('throttle');
  return wholeOf('throttle', item?.values ?? null);
}

/** As for the database: the thresholds of the cache in force. */
export async function cacheThresholds(store: StateStore): Promise<CacheThresholds> {
  const item = await store.readThresholds('cache');
  return wholeOf('cache', item?.values ?? null);
}

/** As for the database: the thresholds of the web tier in force. */
export async function webThresholds(store: StateStore): Promise<WebThresholds> {
  const item = await store.readThresholds('web');
  return wholeOf('web', item?.values ?? null);
}

/** As for the database: the thresholds of the edge in force. */
export async function edgeThresholds(store: StateStore): Promise<EdgeThresholds> {
  const item = await store.readThresholds('edge');
  return wholeOf('edge', item?.values ?? null);
}
