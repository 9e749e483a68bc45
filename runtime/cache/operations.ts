/** What every cache can do: one over its shards, a tenant's part of one, and layers of several. */

import type { CacheKey, CacheValue } from '../../core/cache/index.ts';
import type { Session } from '../session.ts';
import type { CacheStatus } from './cache.ts';
import type { LayeredStatus } from './layers.ts';
import type { Pending } from './keyspace.ts';
import type { Lent } from './lent-fills.ts';
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
  /** The value, or the right to load it outside of this process and to `store` it. */
  ask(key: CacheKey): Promise<Lent>;
  store(key: CacheKey, value: CacheValue, options: StoreOptions): Promise<boolean>;
  delete(key: CacheKey | readonly CacheKey[]): Promise<void>;
  record(session: Session, key: CacheKey | readonly CacheKey[]): Promise<Pending>;
  deliver(pending: Pending): Promise<void>;
}

export interface StoreOptions {
  /** As `ask` gave it. */
  readonly fill: string;
  readonly ttlMs: number;
  /** As of `getOrLoad`. @default 0 */
  readonly staleMs?: number;
}

/** With its connections. */
export interface OpenedCache extends CacheOperations {
  tenant(name: string): CacheOperations;
  /** As `delete`, of keys as they stand on their shards: with the tenant, in one character a byte. */
  deleteNames(names: readonly string[]): Promise<void>;
  /**
   * For a process that may have stood still since it was asked last: serves no hit under a lease of before. False when
   * there is no new one, and every read is a miss.
   */
  resume(): Promise<boolean>;
  /**
   * For a process that is about to stand still, such as a function that has answered: gives the leases back, so that
   * nobody has to wait for them. Every read is a miss until `resume`.
   */
  rest(): Promise<void>;
  describe(): CacheStatus | LayeredStatus;
  close(): Promise<void>;
}
