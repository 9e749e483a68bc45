/** Reads, and fills what is missing: drives `protocol/read.ts` over the links. */

import {
  type CacheKey,
  type CacheValue,
  deserialize,
  keyName,
  markOf,
  type ReadEntry,
  readEntry,
  serialize,
  valueEntry,
} from '../../core/cache/index.ts';
import {
  afterAsk,
  afterLoad,
  afterStore,
  type Asked,
  beginRead,
  type Fill,
} from '../../core/cache/protocol/index.ts';
import { Flights, type Landed } from './flights.ts';
import { type CacheParts, type Placed, readSightOf, sleep } from './parts.ts';
import type { Place } from './placing.ts';
import type { Command } from './shard-link.ts';

export interface FillOptions {
  readonly ttlMs: number;
  /** For so long after `ttlMs` the value is served while one reader loads it anew. */
  readonly staleMs: number;
}

export interface ReaderCounts {
  readonly hits: number;
  readonly misses: number;
  readonly loads: number;
  readonly stored: number;
  readonly refreshes: number;
}

type ValueEntry = ReadEntry & { readonly kind: 'value' };
type Load<Value> = () => Promise<Value>;

export class Reader {
  readonly #parts: CacheParts;
  readonly #flights = new Flights();
  readonly #refreshing = new Set<string>();
  readonly #counts = { hits: 0, misses: 0, loads: 0, stored: 0, refreshes: 0 };

  constructor(parts: CacheParts) {
    this.#parts = parts;
  }

  /** What is cached; null for a miss, whatever the reason. */
  async get(place: Place): Promise<{ readonly value: CacheValue } | null> {
    const entry = await this.#entry(place);
    return entry && deserialize(entry.body);
  }

  /** Of one shard. */
  async getMany(
    placed: Placed,
    keys: readonly CacheKey[],
  ): Promise<readonly ({ readonly value: CacheValue } | null)[]> {
    const asked = await this.#ask(placed, (connection) => connection.getMany(keys));
    return keys.map((_, at) => {
      const entry = this.#counted(asked?.[at] ?? null);
      return entry && deserialize(entry.body);
    });
  }

  async getOrLoad<Value extends CacheValue>(
    place: Place,
    load: Load<Value>,
    options: FillOptions,
  ): Promise<Value> {
    const entry = await this.#entry(place);
    const cached = entry && deserialize(entry.body);
    if (!entry || !cached) {
      return this.#flights.join(keyName(place.key), () => this.#fill(place, load, options));
    }
    const isDue = !entry.isRefreshing && entry.freshUntil <= this.#parts.clock.epoch();
    if (isDue) void this.#refresh(place, entry.stamp, load, options);
    return cached.value as Value;
  }

  describe(): ReaderCounts {
    return { ...this.#counts };
  }

  async #entry(place: Place): Promise<ValueEntry | null> {
    return this.#counted(await this.#ask(place, (connection) => connection.get(place.key)));
  }

  /** The answer counts only while the lease that it was asked under is in force. */
  async #ask<T>(placed: Placed, command: Command<T>): Promise<T | null> {
    const sight = readSightOf(this.#parts, placed);
    const read = beginRead<T>(sight, '');
    if (read.step !== 'ask' || sight.incarnation === null) return null;
    const answered = await this.#parts.links[placed.shard]!.run(sight.incarnation, command);
    if (!answered) return null;
    const asked: Asked<T> = { kind: 'value', value: answered.answer };
    const next = afterAsk(read.fill, asked, readSightOf(this.#parts, placed));
    return next.step === 'done' ? next.value : null;
  }

  #counted(bytes: Uint8Array | null): ValueEntry | null {
    const entry = bytes && readEntry(bytes);
    const hit = entry?.kind === 'value' ? entry : null;
    if (hit) this.#counts.hits += 1;
    else this.#counts.misses += 1;
    return hit;
  }

  /** Takes the fill, or waits while another process has it. */
  async #fill<Value extends CacheValue>(
    place: Place,
    load: Load<Value>,
    options: FillOptions,
  ): Promise<Landed<Value>> {
    const { clock, random, limits, links, stamp } = this.#parts;
    const { shard, key } = place;
    const giveUpAt = clock.now() + limits.fillMs;
    for (;;) {
      const sight = readSightOf(this.#parts, place);
      const read = beginRead<ValueEntry>(sight, stamp());
      if (read.step !== 'ask' || sight.incarnation === null) return this.#load(place, load, options, null);
      const { fill } = read;
      const answered = await links[shard]!.run(sight.incarnation, (connection) =>
        connection.ask(key, markOf('F', fill.token), limits.fillMs),
      );
      const next = afterAsk(fill, answered && askedOf(answered.answer), readSightOf(this.#parts, place));
      if (next.step === 'load') {
        const held = next.fill && { ...next.fill, incarnation: sight.incarnation };
        return this.#load(place, load, options, held);
      }
      const cached = next.step === 'done' ? deserialize(next.value.body) : null;
      if (cached) return { value: cached.value as Value, isCurrent: false };
      if (clock.now() >= giveUpAt) return this.#load(place, load, options, null);
      await sleep(clock, limits.fillPollMs * (0.5 + random()));
    }
  }

  async #load<Value extends CacheValue>(
    place: Place,
    load: Load<Value>,
    options: FillOptions,
    held: HeldFill | null,
  ): Promise<Landed<Value>> {
    this.#counts.loads += 1;
    let value: Value;
    try {
      value = await load();
    } catch (error) {
      if (held) await this.#release(place, held);
      throw error;
    }
    const body = serialize('value', value);
    const next = afterLoad(held, value, readSightOf(this.#parts, place));
    if (next.step !== 'store' || !held) return { value, isCurrent: false };
    const isStored = await this.#exchange(place, held, { from: 'F', body, options });
    const end = afterStore(held, value, isStored, readSightOf(this.#parts, place));
    return { value, isCurrent: end.step === 'done' && end.isCurrent };
  }

  /** A value past its time is loaded anew by one reader, under a token like a fill, while it is served. */
  async #refresh<Value extends CacheValue>(
    place: Place,
    stampBefore: string,
    load: Load<Value>,
    options: FillOptions,
  ): Promise<void> {
    const name = keyName(place.key);
    const sight = readSightOf(this.#parts, place);
    const read = beginRead<Value>(sight, this.#parts.stamp());
    if (this.#refreshing.has(name) || read.step !== 'ask' || sight.incarnation === null) return;
    this.#refreshing.add(name);
    try {
      const held: HeldFill = { ...read.fill, incarnation: sight.incarnation };
      const marks = [markOf('V', stampBefore), markOf('R', held.token)] as const;
      const taken = await this.#parts.links[place.shard]!.run(held.incarnation, (connection) =>
        connection.restamp(place.key, ...marks),
      );
      if (!taken?.answer) return;
      this.#counts.refreshes += 1;
      const value = await load();
      const next = afterLoad(held, value, readSightOf(this.#parts, place));
      const body = serialize('value', value);
      if (next.step === 'store') await this.#exchange(place, held, { from: 'R', body, options });
    } catch {
      // The value that is there is served until it expires; nobody asked for this load.
    } finally {
      this.#refreshing.delete(name);
    }
  }

  /** Null when there was no answer. */
  async #exchange(
    { shard, key }: Place,
    { token, incarnation }: HeldFill,
    next: { readonly from: 'F' | 'R'; readonly body: Uint8Array; readonly options: FillOptions },
  ): Promise<boolean | null> {
    const { clock, links, random, limits } = this.#parts;
    const { ttlMs, staleMs } = next.options;
    const freshMs = Math.max(1, Math.floor(ttlMs * (1 - limits.ttlJitterRatio * random())));
    const entry = valueEntry(token, clock.epoch() + freshMs, next.body);
    const answered = await links[shard]!.run(incarnation, (connection) =>
      connection.exchange(key, markOf(next.from, token), entry, freshMs + staleMs),
    );
    if (answered?.answer) this.#counts.stored += 1;
    return answered && answered.answer;
  }

  /** Lets others fill at once instead of after the fill's time. */
  async #release({ shard, key }: Place, { token, incarnation }: HeldFill): Promise<void> {
    const mark = markOf('F', token);
    await this.#parts.links[shard]!.run(incarnation, (connection) => connection.exchange(key, mark, mark, 1));
  }
}

/** A fill, and the server process that gave it. */
interface HeldFill extends Fill {
  readonly incarnation: string;
}

function askedOf(bytes: Uint8Array | null): Asked<ValueEntry> {
  if (!bytes) return { kind: 'fill' };
  const entry = readEntry(bytes);
  return entry?.kind === 'value' ? { kind: 'value', value: entry } : { kind: 'busy' };
}
