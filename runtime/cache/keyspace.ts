/** The operations on the keys of one tenant, or of nobody in particular. */

import {
  type CacheKey,
  type CacheValue,
  composeKey,
  keyFaults,
  keyName,
  keyOfName,
  markOf,
  serialize,
  shardOf,
  tenantFaults,
  ttlFaults,
  valueEntry,
} from '../../core/cache/index.ts';
import { type Fault, InvalidInput } from '../../core/errors.ts';
import type { Session } from '../session.ts';
import { CacheError } from './errors.ts';
import type { Invalidated, Invalidator } from './invalidator.ts';
import type { LoadOptions } from './load-options.ts';
import type { CacheParts } from './parts.ts';
import type { Recorded } from './ports.ts';
import type { Place, Reader } from './reader.ts';

/** Invalidations that a transaction recorded. Give it to `deliver` when the transaction has committed. */
export interface Pending {
  readonly shards: readonly {
    readonly shard: number;
    readonly names: readonly string[];
    readonly recorded: Recorded;
  }[];
  /** Those of the layer behind, which are delivered first. */
  readonly inner?: Pending;
}

/** What a keyspace works with. */
export interface Works {
  readonly parts: CacheParts;
  readonly reader: Reader;
  readonly invalidator: Invalidator;
  isClosed(): boolean;
}

export class Keyspace {
  readonly #works: Works;
  readonly #tenant: string;

  /** @throws InvalidInput for a tenant's name that cannot be one */
  constructor(works: Works, tenant: string) {
    refuse('The tenant', tenantFaults('tenant', tenant));
    this.#works = works;
    this.#tenant = tenant;
  }

  /** The cached value; undefined for a miss, and a shard that is away is nothing but misses. @throws InvalidInput */
  async get(key: CacheKey): Promise<CacheValue | undefined> {
    const place = this.#place(key);
    return (await this.#works.reader.get(place))?.value;
  }

  /** As `get`, one command a shard. */
  async mget(keys: readonly CacheKey[]): Promise<(CacheValue | undefined)[]> {
    const places = keys.map((key) => this.#place(key));
    const values: (CacheValue | undefined)[] = places.map(() => undefined);
    const groups = [...this.#chunks(places.map((place, at) => ({ ...place, at })))];
    await Promise.all(
      groups.map(async (group) => {
        const found = await this.#works.reader.getMany(
          group[0]!.shard,
          group.map(({ key }) => key),
        );
        for (const [n, { at }] of group.entries()) values[at] = found[n]?.value;
      }),
    );
    return values;
  }

  /**
   * The cached value, or what `load` returns. `load` must see every write that was committed before it is called. It
   * is called once at a time for a key in this process, and, while the shard is there, once in all processes. Those
   * who wait for the same load get the same object.
   *
   * Rejects with what `load` rejected with. @throws InvalidInput for keys, times and values that cannot be cached
   */
  async getOrLoad<Value extends CacheValue>(
    key: CacheKey,
    load: () => Promise<Value>,
    options: LoadOptions,
  ): Promise<Value> {
    const place = this.#place(key);
    const { ttlMs, staleMs = 0 } = options;
    refuse('The time to live', ttlFaults('ttlMs', ttlMs));
    if (staleMs !== 0) refuse('The time to live', ttlFaults('staleMs', staleMs));
    return this.#works.reader.getOrLoad(place, load, { ttlMs, staleMs });
  }

  /**
   * Invalidates the key, then stores the value. False: nothing is cached now. For values whose truth is the cache;
   * what comes from the database is loaded by `getOrLoad` and invalidated by `delete`.
   *
   * @throws CacheError `not-invalidated`
   */
  async set(key: CacheKey, value: CacheValue, { ttlMs }: { readonly ttlMs: number }): Promise<boolean> {
    const { shard, key: placed } = this.#place(key);
    refuse('The time to live', ttlFaults('ttlMs', ttlMs));
    const body = serialize('value', value);
    const { parts, invalidator } = this.#works;
    const stamp = parts.stamp();
    const mark = markOf('F', stamp);
    const { incarnation } = parts.links[shard]!;
    const { how } = await invalidator.invalidate({
      shard,
      names: [keyName(placed)],
      command: (connection) => connection.put(placed, mark, parts.limits.fillMs),
    });
    if (how !== 'delivered' || incarnation === null) return false;
    const entry = valueEntry(stamp, parts.clock.epoch() + ttlMs, body);
    const stored = await parts.links[shard]!.run(incarnation, (connection) =>
      connection.exchange(placed, mark, entry, ttlMs),
    );
    return stored?.answer ?? false;
  }

  /**
   * Resolves when no read that begins from now on returns what was cached before. Call it after the write has
   * committed. @throws CacheError `not-invalidated`
   */
  async delete(key: CacheKey | readonly CacheKey[]): Promise<void> {
    const keys = typeof key === 'string' || key instanceof Uint8Array ? [key] : key;
    const groups = [...this.#chunks(keys.map((one) => this.#place(one)))];
    await allOf(
      groups.map((group) => {
        const placed = group.map((place) => place.key);
        const names = placed.map((one) => keyName(one));
        const command = deletion(placed);
        return this.#works.invalidator.invalidate({ shard: group[0]!.shard, names, command });
      }),
    );
  }

  /**
   * Records the invalidation inside the transaction of a write, so that it is not lost even if this process dies
   * before it is delivered. The shard's row is locked until the transaction ends: call it last.
   */
  async record(session: Session, key: CacheKey | readonly CacheKey[]): Promise<Pending> {
    const keys = typeof key === 'string' || key instanceof Uint8Array ? [key] : key;
    const shards: Pending['shards'][number][] = [];
    const groups = [...this.#chunks(keys.map((one) => this.#place(one)))];
    // In the order of the shards, so that two transactions never wait for each other.
    for (const group of groups.toSorted((a, b) => a[0]!.shard - b[0]!.shard)) {
      const names = group.map((place) => keyName(place.key));
      const { shard } = group[0]!;
      shards.push({ shard, names, recorded: await this.#works.parts.journal.record(session, shard, names) });
    }
    return { shards };
  }

  /** As `delete`, for what a transaction recorded that has committed. */
  async deliver({ shards }: Pending): Promise<void> {
    await allOf(
      shards.map(({ shard, names, recorded }) => {
        const command = deletion(names.map((name) => keyOfName(name)));
        return this.#works.invalidator.deliver({ shard, names, command }, recorded);
      }),
    );
  }

  #place(key: CacheKey): Place {
    if (this.#works.isClosed()) throw new CacheError('cache-closed', 'the cache is closed');
    const faults = keyFaults('key', key);
    if (faults.length > 0) refuse('The key', faults);
    const placed = composeKey(this.#tenant, key);
    return { shard: shardOf(placed, this.#works.parts.links.length), key: placed };
  }

  /** By shard, and no more than one command takes. */
  *#chunks<At extends Place>(places: readonly At[]): Generator<readonly At[]> {
    const { keysPerCommandMax } = this.#works.parts.limits;
    for (const group of Map.groupBy(places, ({ shard }) => shard).values()) {
      for (let at = 0; at < group.length; at += keysPerCommandMax)
        yield group.slice(at, at + keysPerCommandMax);
    }
  }
}

function deletion(keys: readonly CacheKey[]): Parameters<Invalidator['invalidate']>[0]['command'] {
  return (connection) => connection.delete(keys);
}

/** Waits for all of them; then rejects with the first error. */
async function allOf(invalidations: readonly Promise<Invalidated>[]): Promise<void> {
  const ended = await Promise.allSettled(invalidations);
  for (const end of ended) if (end.status === 'rejected') throw end.reason;
}

function refuse(what: string, faults: readonly Fault[]): void {
  if (faults.length > 0) throw new InvalidInput(what, faults);
}
