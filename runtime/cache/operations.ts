/** What every cache can do: one over its shards, a tenant's part of one, and layers of several. */

import type { CacheKey, CacheValue } from '../../core/cache/index.ts';
import type { Session } from '../session.ts';
import type { CacheStatus } from './cache.ts';
import type { LayeredStatus } from './layers.ts';
import type { Pending } from './keyspace.ts';
import type { LoadContext, LoadOptions } from './load-options.ts';

export interface CacheOperations {
  get(key: CacheKey): Promise<CacheValue | undefined>;
  mget(keys: readonly CacheKey[]): Promise<(CacheValue | undefined)[]>;
  getOrLoad<Value extends CacheValue>(
    key: CacheKey,
    load: (context: LoadContext) => Promise<Value>,
    options: LoadOptions,
  ): Promise<Value>;
  set(key: CacheKey, value: CacheValue, options: { readonly ttlMs: number }): Promise<boolean>;
  delete(key: CacheKey | readonly CacheKey[]): Promise<void>;
  record(session: Session, key: CacheKey | readonly CacheKey[]): Promise<Pending>;
  deliver(pending: Pending): Promise<void>;
}

/** With its connections. */
export interface OpenedCache extends CacheOperations {
  tenant(name: string): CacheOperations;
  /** As `delete`, of keys as they stand on their shards: with the tenant, in one character a byte. */
  deleteNames(names: readonly string[]): Promise<void>;
  describe(): CacheStatus | LayeredStatus;
  close(): Promise<void>;
}
