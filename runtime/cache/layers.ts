/**
 * Two caches as one. `double`: two full copies; what the outer one misses is asked of the inner one, always. `gutter`:
 * a small inner one that stands in for shards of the outer one that are away, with values that do not live long.
 *
 * An invalidation goes to the inner one first and, once that was acknowledged, to the outer one. The other way round a
 * fill of the outer one could still take from the inner one what was just invalidated, and keep it.
 */

import { type CacheKey, type CacheValue, INVALIDATION_ORDER } from '../../core/cache/index.ts';
import { type Fault, InvalidInput } from '../../core/errors.ts';
import type { Session } from '../session.ts';
import type { Cache, CacheStatus } from './cache.ts';
import type { Keyspace, Pending } from './keyspace.ts';
import type { Lent } from './lent-fills.ts';
import type { LoadContext, LoadOptions, ServedFrom } from './load-options.ts';
import type { Load } from './load-run.ts';
import type { CacheOperations, OpenedCache, StoreOptions } from './operations.ts';

export type Layering = 'double' | 'gutter';

export interface LayeredCacheOptions {
  readonly kind: Layering;
  /** The one that is read first. */
  readonly outer: Cache;
  /** The copy or the gutter; it may have layers of its own. It loads from the same database: give it the same budget. */
  readonly inner: OpenedCache;
  /** Values live no longer than that in a gutter, in ms. @default 10 000 */
  readonly gutterTtlMs?: number;
}

export interface LayeredStatus {
  readonly kind: Layering;
  readonly outer: CacheStatus;
  readonly inner: CacheStatus | LayeredStatus;
}

export const GUTTER_TTL_MS = 10_000;

interface Layers {
  readonly kind: Layering;
  readonly outer: Keyspace;
  readonly inner: CacheOperations;
  readonly gutterTtlMs: number;
}

/** The operations on the keys of one tenant, or of nobody in particular. Docstrings are the keyspace's. */
export class LayeredKeyspace implements CacheOperations {
  readonly #layers: Layers;

  constructor(layers: Layers) {
    this.#layers = layers;
  }

  async get(key: CacheKey): Promise<CacheValue | undefined> {
    const { outer, inner } = this.#layers;
    const value = await outer.get(key);
    return value === undefined && this.#isInnerAsked(key) ? inner.get(key) : value;
  }

  async mget(keys: readonly CacheKey[]): Promise<(CacheValue | undefined)[]> {
    const { outer, inner } = this.#layers;
    const values = await outer.mget(keys);
    const missing = [...keys.entries()].filter(
      ([at, key]) => values[at] === undefined && this.#isInnerAsked(key),
    );
    if (missing.length === 0) return values;
    const found = await inner.mget(missing.map(([, key]) => key));
    for (const [n, [at]] of missing.entries()) values[at] = found[n];
    return values;
  }

  async getOrLoad<Value extends CacheValue>(
    key: CacheKey,
    load: (context: LoadContext) => Promise<Value>,
    options: LoadOptions,
  ): Promise<Value> {
    const { outer } = this.#layers;
    if (!this.#isInnerAsked(key)) return outer.getOrLoad(key, load, options);
    return outer.getThrough(key, this.#through(key, load, options), options);
  }

  /** The value is in the outer one alone: two copies that are written one after the other could differ for good. */
  async set(key: CacheKey, value: CacheValue, options: { readonly ttlMs: number }): Promise<boolean> {
    const { outer, inner } = this.#layers;
    await inner.delete(key);
    return outer.set(key, value, options);
  }

  /** The right is to fill the outer one alone: the load sees every write, so it need not go through the inner one. */
  async ask(key: CacheKey): Promise<Lent> {
    const value = await this.get(key);
    return value === undefined ? this.#layers.outer.ask(key) : { kind: 'value', value };
  }

  store(key: CacheKey, value: CacheValue, options: StoreOptions): Promise<boolean> {
    return this.#layers.outer.store(key, value, options);
  }

  async delete(key: CacheKey | readonly CacheKey[]): Promise<void> {
    for (const layer of INVALIDATION_ORDER) await this.#layers[layer].delete(key);
  }

  async record(session: Session, key: CacheKey | readonly CacheKey[]): Promise<Pending> {
    const { outer, inner } = this.#layers;
    const recorded = await inner.record(session, key);
    return { ...(await outer.record(session, key)), inner: recorded };
  }

  async deliver({ inner: recorded, ...pending }: Pending): Promise<void> {
    const { outer, inner } = this.#layers;
    if (recorded) await inner.deliver(recorded);
    await outer.deliver(pending);
  }

  #isInnerAsked(key: CacheKey): boolean {
    const { kind, outer } = this.#layers;
    return kind === 'double' || !outer.isServing(key);
  }

  #through<Value extends CacheValue>(
    key: CacheKey,
    load: (context: LoadContext) => Promise<Value>,
    options: LoadOptions,
  ): Load<Value> {
    const { inner, kind, gutterTtlMs } = this.#layers;
    const { ttlMs, staleMs = 0, staleIfBusyMs = 0 } = options;
    const times =
      kind === 'double'
        ? { ttlMs, staleMs, staleIfBusyMs }
        : { ttlMs: Math.min(ttlMs, gutterTtlMs), staleMs: 0, staleIfBusyMs: 0 };
    return async ({ signal, criticality, share }) => {
      let from: ServedFrom = 'load';
      let freshMs = 0;
      const onServed = (served: ServedFrom, ms: number): void => {
        from = served === 'load' ? 'load' : 'inner';
        freshMs = ms;
      };
      const value = await inner.getOrLoad(key, load, { ...times, signal, criticality, share, onServed });
      return { value, from, freshMs };
    };
  }
}

export class LayeredCache extends LayeredKeyspace implements OpenedCache {
  readonly #options: LayeredCacheOptions;
  readonly #gutterTtlMs: number;

  /** Whoever opened the two gives them to this one, which closes them. @throws InvalidInput */
  constructor(options: LayeredCacheOptions) {
    const { kind, outer, inner, gutterTtlMs = GUTTER_TTL_MS } = options;
    const faults = gutterFaults(gutterTtlMs);
    if (faults.length > 0) throw new InvalidInput('The layered cache', faults);
    super({ kind, outer, inner, gutterTtlMs });
    this.#options = options;
    this.#gutterTtlMs = gutterTtlMs;
    outer.standsBefore(inner);
  }

  tenant(name: string): CacheOperations {
    const { kind, outer, inner } = this.#options;
    const gutterTtlMs = this.#gutterTtlMs;
    return new LayeredKeyspace({ kind, outer: outer.tenant(name), inner: inner.tenant(name), gutterTtlMs });
  }

  async deleteNames(names: readonly string[]): Promise<void> {
    for (const layer of INVALIDATION_ORDER) await this.#options[layer].deleteNames(names);
  }

  async resume(): Promise<boolean> {
    const { outer, inner } = this.#options;
    const resumed = await Promise.all([outer.resume(), inner.resume()]);
    return resumed.every(Boolean);
  }

  async rest(): Promise<void> {
    const { outer, inner } = this.#options;
    await Promise.all([outer.rest(), inner.rest()]);
  }

  describe(): LayeredStatus {
    const { kind, outer, inner } = this.#options;
    return { kind, outer: outer.describe(), inner: inner.describe() };
  }

  async close(): Promise<void> {
    const { outer, inner } = this.#options;
    await Promise.all([outer.close(), inner.close()]);
  }
}

function gutterFaults(gutterTtlMs: number): readonly Fault[] {
  if (Number.isSafeInteger(gutterTtlMs) && gutterTtlMs >= 1) return [];
  const fix = `leave it out for ${GUTTER_TTL_MS}`;
  return [{ field: 'gutterTtlMs', value: gutterTtlMs, rule: 'must be a whole number of ms above 0', fix }];
}
