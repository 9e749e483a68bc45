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
  tenantFaults,
  ttlFaults,
  valueEntry,
} from '../../core/cache/index.ts';
import { mayServe, type RingRow } from '../../core/cache/protocol/index.ts';
import { type Fault, InvalidInput } from '../../core/errors.ts';
import { CRITICALITY_DEFAULT } from '../../core/shedding/index.ts';
import type { Session } from '../session.ts';
import { CacheError } from './errors.ts';
import type { Invalidated, Invalidator } from './invalidator.ts';
import { type Lent, LentFills } from './lent-fills.ts';
import { type LoadContext, loadFaults, type LoadOptions } from './load-options.ts';
import type { Load } from './load-run.ts';
import type { CacheOperations, StoreOptions } from './operations.ts';
import { type CacheParts, readSightOf, sightOf } from './parts.ts';
import { leasedRing, type Place, placeOf, placesUnder } from './placing.ts';
import type { Recorded } from './ports.ts';
import type { Reader } from './reader.ts';

/** Invalidations that a transaction recorded. Give it to `deliver` when the transaction has committed. */
export interface Pending {
  readonly shards: readonly Recording[];
  /** Those of the layer behind, which are delivered first. */
  readonly inner?: Pending;
}

interface Recording {
  readonly shard: number;
  readonly names: readonly string[];
  readonly recorded: Recorded;
}

/** What a keyspace works with. */
export interface Works {
  readonly parts: CacheParts;
  readonly reader: Reader;
  readonly invalidator: Invalidator;
  isClosed(): boolean;
}

export class Keyspace implements CacheOperations {
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
          group[0]!,
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
   * Rejects with what `load` rejected with, and with the reason of the signal. @throws InvalidInput for keys, options
   * and values that cannot be used; CacheError `read-budget-spent`, `load-timed-out`
   */
  async getOrLoad<Value extends CacheValue>(
    key: CacheKey,
    load: (context: LoadContext) => Promise<Value>,
    options: LoadOptions,
  ): Promise<Value> {
    const loading: Load<Value> = async (context) => ({ value: await load(context), from: 'load' });
    return this.#loaded(key, loading, options, true);
  }

  /** As `getOrLoad`, where `load` asks another cache: that needs no place in the read budget. */
  getThrough<Value extends CacheValue>(
    key: CacheKey,
    load: Load<Value>,
    options: LoadOptions,
  ): Promise<Value> {
    return this.#loaded(key, load, options, false);
  }

  /** As `getOrLoad` for a load outside of this process: the value, or the right to load and to `store` it. */
  ask(key: CacheKey): Promise<Lent> {
    return new LentFills(this.#works.parts).ask(this.#place(key));
  }

  /**
   * Stores what was loaded under a fill. False: it was invalidated meanwhile, or the shard is away, and nothing is
   * stored. @throws InvalidInput
   */
  async store(
    key: CacheKey,
    value: CacheValue,
    { fill, ttlMs, staleMs = 0 }: StoreOptions,
  ): Promise<boolean> {
    const place = this.#place(key);
    refuse('The store', loadFaults({ ttlMs, staleMs }));
    const body = serialize('value', value);
    return new LentFills(this.#works.parts).store(place, fill, { body, ttlMs, staleMs });
  }

  /** True when hits of the key may be served now. */
  isServing(key: CacheKey): boolean {
    const sight = readSightOf(this.#works.parts, this.#place(key));
    return sight.isPlaced && mayServe(sight.view, sight.incarnation, sight.now);
  }

  /**
   * Invalidates the key, then stores the value. False: nothing is cached now. For values whose truth is the cache;
   * what comes from the database is loaded by `getOrLoad` and invalidated by `delete`.
   *
   * @throws CacheError `not-invalidated`
   */
  async set(key: CacheKey, value: CacheValue, { ttlMs }: { readonly ttlMs: number }): Promise<boolean> {
    const placed = this.#key(key);
    refuse('The time to live', ttlFaults('ttlMs', ttlMs));
    const body = serialize('value', value);
    const { parts, invalidator } = this.#works;
    const stamp = parts.stamp();
    const mark = markOf('F', stamp);
    const [place, ...others] = placesUnder(await leasedRing(parts), placed);
    const names = [keyName(placed)];
    const { incarnation } = sightOf(parts, place.shard);
    const [reached] = await allOf([
      invalidator.invalidate({
        shard: place.shard,
        names,
        command: (connection) => connection.put(placed, mark, parts.limits.fillMs),
      }),
      ...others.map(({ shard }) => invalidator.invalidate({ shard, names })),
    ]);
    if (reached?.how !== 'delivered' || incarnation === null || !readSightOf(parts, place).isPlaced)
      return false;
    const entry = valueEntry(stamp, parts.clock.epoch() + ttlMs, body);
    const stored = await parts.links[place.shard]!.run(incarnation, (connection) =>
      connection.exchange(placed, mark, entry, ttlMs),
    );
    return stored?.answer ?? false;
  }

  /**
   * Resolves when no read that begins from now on returns what was cached before. Call it after the write has
   * committed. @throws CacheError `not-invalidated`
   */
  async delete(key: CacheKey | readonly CacheKey[]): Promise<void> {
    await this.#invalidate(this.#keys(key));
  }

  /**
   * Records the invalidation inside the transaction of a write, so that it is not lost even if this process dies
   * before it is delivered. The shard's row and the ring's are locked until the transaction ends: call it last.
   */
  async record(session: Session, key: CacheKey | readonly CacheKey[]): Promise<Pending> {
    const keys = this.#keys(key);
    const { parts } = this.#works;
    const shards: Recording[] = [];
    const known = parts.leases.ring.row;
    let ring = known.epoch === 0 ? await leasedRing(parts) : known;
    let groups = this.#unrecorded(keys, ring, shards);
    while (groups.length > 0) {
      const { shard, names } = groups[0]!;
      const recorded = await parts.journal.record(session, shard, names);
      shards.push({ shard, names, recorded });
      // The ring stands still from here on, and it may be another one than this process knew.
      ring = recorded.ring;
      parts.leases.tellRing(ring);
      groups = this.#unrecorded(keys, ring, shards);
    }
    return { shards };
  }

  /** As `delete`, for what a transaction recorded that has committed. */
  async deliver({ shards }: Pending): Promise<void> {
    await allOf(shards.map(({ recorded, ...wish }) => this.#works.invalidator.deliver(wish, recorded)));
  }

  /** As they stand on their shards. */
  protected async invalidateNames(names: readonly string[]): Promise<void> {
    await this.#invalidate(names.map((name) => keyOfName(name)));
  }

  async #invalidate(keys: readonly CacheKey[]): Promise<void> {
    const ring = await leasedRing(this.#works.parts);
    const groups = [...this.#chunks(keys.flatMap((one) => placesUnder(ring, one)))];
    await allOf(
      groups.map((group) => {
        const names = group.map(({ key }) => keyName(key));
        return this.#works.invalidator.invalidate({ shard: group[0]!.shard, names });
      }),
    );
  }

  async #loaded<Value extends CacheValue>(
    key: CacheKey,
    load: Load<Value>,
    options: LoadOptions,
    isBudgeted: boolean,
  ): Promise<Value> {
    const place = this.#place(key);
    refuse('The load', loadFaults(options));
    const { ttlMs, staleMs = 0, staleIfBusyMs = 0, share = 1, signal = null, onServed } = options;
    const { criticality = CRITICALITY_DEFAULT } = options;
    const fill = { place, load, ttlMs, staleMs, staleIfBusyMs, isBudgeted };
    const served = await this.#works.reader.getOrLoad({ ...fill, criticality, share, signal });
    onServed?.(served.from, served.freshMs);
    return served.value;
  }

  #place(key: CacheKey): Place {
    return placeOf(this.#works.parts, this.#key(key));
  }

  /** As it stands on its shard. */
  #key(key: CacheKey): CacheKey {
    if (this.#works.isClosed()) throw new CacheError('cache-closed', 'the cache is closed');
    const faults = keyFaults('key', key);
    if (faults.length > 0) refuse('The key', faults);
    return composeKey(this.#tenant, key);
  }

  #keys(key: CacheKey | readonly CacheKey[]): readonly CacheKey[] {
    const keys = typeof key === 'string' || key instanceof Uint8Array ? [key] : key;
    return keys.map((one) => this.#key(one));
  }

  /** In the order of the shards, so that two transactions seldom wait for each other. */
  #unrecorded(keys: readonly CacheKey[], ring: RingRow, shards: readonly Recording[]): readonly Unrecorded[] {
    const recorded = new Set(shards.flatMap(({ shard, names }) => names.map((name) => `${shard} ${name}`)));
    const places = keys.flatMap((key) => placesUnder(ring, key));
    const missing = places.filter(({ shard, key }) => !recorded.has(`${shard} ${keyName(key)}`));
    return [...this.#chunks(missing)]
      .map((group) => ({ shard: group[0]!.shard, names: group.map(({ key }) => keyName(key)) }))
      .toSorted((a, b) => a.shard - b.shard);
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

type Unrecorded = Pick<Recording, 'shard' | 'names'>;

/** Waits for all of them; then rejects with the first error. */
async function allOf(invalidations: readonly Promise<Invalidated>[]): Promise<readonly Invalidated[]> {
  await Promise.allSettled(invalidations);
  return Promise.all(invalidations);
}

function refuse(what: string, faults: readonly Fault[]): void {
  if (faults.length > 0) throw new InvalidInput(what, faults);
}
