import type { DatabaseThresholds } from '../../core/thresholds/database.ts';
import { wholeOf } from '../../core/thresholds/layer.ts';
import type { StateStore } from '../../core/ports/index.ts';

/** The database thresholds in force: what reconcile has copied into the table, else the defaults. */
export async function databaseThresholds(store: StateStore): Promise<DatabaseThresholds> {
  const item = await store.readThresholds('database');
  return wholeOf('database', item?.values ?? null);
}
