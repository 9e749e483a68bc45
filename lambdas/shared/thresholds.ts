import type { CacheThresholds } from '../../core/thresholds/cache.ts';
import type { DatabaseThresholds } from '../../core/thresholds/database.ts';
import { wholeOf } from '../../core/thresholds/layer.ts';
import type { ThrottleThresholds } from '../../core/thresholds/throttle.ts';
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
