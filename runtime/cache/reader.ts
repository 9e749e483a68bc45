/** Reads, and has filled what is missing. */

import {
  bodyOf,
  type CacheKey,
  type CacheValue,
  deserialize,
  HitRates,
  keyName,
  readEntry,
  SHARDS_MAX,
} from '../../core/cache/index.ts';
import { afterAsk, type Asked, beginRead } from '../../core/cache/protocol/index.ts';
import type { Criticality } from '../../core/shedding/index.ts';
import type { ReadBudget } from './budget.ts';
import type { ValueEntry } from './fill-tokens.ts';
import { Filler, type FillCounts, type FillWish } from './filler.ts';
import { Flights, type Landed } from './flights.ts';
import type { Served } from './load-run.ts';
import { type CacheParts, type Placed, readSightOf } from './parts.ts';
import type { Place } from './placing.ts';
import type { Command } from './shard-link.ts';

export interface ReadWish<Value> extends FillWish<Value> {
  readonly criticality: Criticality;
  readonly share: number;
  readonly signal: AbortSignal | null;
}

export interface ReaderCounts extends Readonly<FillCounts> {
  readonly hits: number;
  readonly misses: number;
}

export class Reader {
  readonly #parts: CacheParts;
  readonly #filler: Filler;
  readonly #flights = new Flights();
  readonly #rates: HitRates;
  /** The server process of each shard when its part of the budget was asked for last. */
  readonly #incarnations = new Map<number, string>();
  readonly #counts = { hits: 0, misses: 0 };

  constructor(parts: CacheParts, budget: ReadBudget) {
    this.#parts = parts;
    this.#filler = new Filler(parts, budget);
    this.#rates = new HitRates(SHARDS_MAX, parts.limits.warmth);
  }

  /** What is cached; null for a miss, whatever the reason. */
  get({ shard, ring, key }: Place): Promise<{ readonly value: CacheValue } | null> {
    return this.#ask(
      { shard, ring },
      (connection) => connection.get(key),
      (bytes) => this.#value(shard, bytes),
    );
  }

  /** Of one shard. */
  getMany(
    placed: Placed,
    keys: readonly CacheKey[],
  ): Promise<readonly ({ readonly value: CacheValue } | null)[]> {
    return this.#ask(
      placed,
      (connection) => connection.getMany(keys),
      (all) => keys.map((_, at) => this.#value(placed.shard, all?.[at] ?? null)),
    );
  }

  async getOrLoad<Value extends CacheValue>(wish: ReadWish<Value>): Promise<Served<Value>> {
    wish.signal?.throwIfAborted();
    const entry = await this.#entry(wish.place);
    const cached = entry && deserialize(entry.body);
    if (!entry || !cached) return this.#filled(wish);
    const value = cached.value as Value;
    const freshMs = entry.freshUntil - this.#parts.clock.epoch();
    if (freshMs >= 0) return { value, from: 'hit', freshMs };
    if (-freshMs > wish.staleMs) return this.#filled(wish);
    const stale: Landed<Value> = { value, from: 'stale', freshMs, isCurrent: false };
    this.#refresh(wish, entry, stale);
    return stale;
  }

  /** The part of the read budget that is open to loads of the shard's keys, above 0 to 1. */
  shareOf(shard: number): number {
    const { incarnation } = this.#parts.leases.view(shard).row;
    const before = this.#incarnations.get(shard);
    if (incarnation !== null && incarnation !== before) {
      this.#incarnations.set(shard, incarnation);
      if (before !== undefined) this.#rates.emptied(shard);
    }
    return this.#rates.warmth(shard).share;
  }

  describe(): ReaderCounts {
    return { ...this.#counts, ...this.#filler.counts };
  }

  #filled<Value extends CacheValue>(wish: ReadWish<Value>): Promise<Landed<Value>> {
    const { place, criticality, signal } = wish;
    const share = Math.min(wish.share, this.shareOf(place.shard));
    const passenger = { criticality, share, signal };
    return this.#flights.join(keyName(place.key), passenger, (context) => this.#filler.fill(wish, context));
  }

  /** Nobody waits for it: what becomes of it is seen by the next reader. */
  #refresh<Value extends CacheValue>(wish: ReadWish<Value>, entry: ValueEntry, stale: Landed<Value>): void {
    const name = keyName(wish.place.key);
    if (this.#flights.has(name) || this.#filler.isLoadedAnew(wish.place, entry)) return;
    const share = Math.min(wish.share, this.shareOf(wish.place.shard));
    const passenger = { criticality: wish.criticality, share, signal: null };
    this.#flights
      .join(name, passenger, (context) => this.#filler.refresh(wish, context, entry, stale))
      .catch(() => {});
  }

  #entry({ shard, ring, key }: Place): Promise<ValueEntry | null> {
    return this.#ask(
      { shard, ring },
      (connection) => connection.get(key),
      (bytes) => {
        const entry = bytes && readEntry(bytes);
        const hit = entry?.kind === 'value' ? entry : null;
        this.#count(shard, hit !== null);
        return hit;
      },
    );
  }

  #value(shard: number, bytes: Uint8Array | null): { readonly value: CacheValue } | null {
    const body = bytes && bodyOf(bytes);
    this.#count(shard, body !== null);
    return body && deserialize(body);
  }

  /** `take` is given the answer, or null: it counts only while the lease that it was asked under is in force. */
  #ask<T, Taken>(placed: Placed, command: Command<T>, take: (answer: T | null) => Taken): Promise<Taken> {
    const sight = readSightOf(this.#parts, placed);
    const read = beginRead<T>(sight, '');
    if (read.step !== 'ask' || sight.incarnation === null) return Promise.resolve(take(null));
    const { fill } = read;
    return this.#parts.links[placed.shard]!.run(sight.incarnation, command).then((answered) => {
      if (!answered) return take(null);
      const asked: Asked<T> = { kind: 'value', value: answered.answer };
      const next = afterAsk(fill, asked, readSightOf(this.#parts, placed));
      return take(next.step === 'done' ? next.value : null);
    });
  }

  #count(shard: number, isHit: boolean): void {
    if (isHit) this.#counts.hits += 1;
    else this.#counts.misses += 1;
    this.#rates.note(shard, isHit, this.#parts.clock.now());
  }
}
