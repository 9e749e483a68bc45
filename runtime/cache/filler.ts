/** Fills what is missing, and loads anew what is past its time: drives `protocol/read.ts` over the links. */

import {
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
import type { Cancel } from '../ports.ts';
import type { LoadPlace, ReadBudget } from './budget.ts';
import type { Landed } from './flights.ts';
import type { LoadContext } from './load-options.ts';
import { type Load, type Loaded, runLoad } from './load-run.ts';
import { type CacheParts, readSightOf, sleep } from './parts.ts';
import type { Place } from './placing.ts';
import { Standing } from './standing.ts';

export interface FillWish<Value> {
  readonly place: Place;
  readonly load: Load<Value>;
  readonly ttlMs: number;
  /** For so long after `ttlMs` the value is served while one reader loads it anew. */
  readonly staleMs: number;
  /** For so long after that it is served when there is no place for a load. */
  readonly staleIfBusyMs: number;
  /** The load asks the database, so it needs a place in the read budget; else it asks another cache. */
  readonly isBudgeted: boolean;
}

export interface FillCounts {
  loads: number;
  stored: number;
  refreshes: number;
  /** Values past their time that were served because there was no place for a load. */
  busy: number;
}

export type ValueEntry = ReadEntry & { readonly kind: 'value' };

/** A fill, the server process that gave it, and the letter that its token stands under. */
interface HeldFill extends Fill {
  /** Under the letter R it is another one now and then. */
  token: string;
  readonly incarnation: string;
  readonly letter: 'F' | 'R';
}

type Found =
  | { readonly kind: 'load'; readonly held: HeldFill | null }
  | { readonly kind: 'value'; readonly entry: ValueEntry; readonly held: HeldFill }
  /** Somebody fills it. */
  | { readonly kind: 'busy' };

/** What a load without the budget is given. */
const FREE: LoadPlace = { queueMs: 0, end: () => {}, giveBack: () => {} };
/** A token is put again after so long a wait for a place, as a part of its time. */
const RENEW_RATIO = 0.1;

export class Filler {
  readonly counts: FillCounts = { loads: 0, stored: 0, refreshes: 0, busy: 0 };
  readonly #parts: CacheParts;
  readonly #budget: ReadBudget;
  readonly #standing: Standing;

  constructor(parts: CacheParts, budget: ReadBudget) {
    this.#parts = parts;
    this.#budget = budget;
    this.#standing = new Standing(parts.limits.fillMs);
  }

  /** Somebody loads it anew, and is alive as far as this process knows. */
  isLoadedAnew({ key }: Place, { isRefreshing, stamp }: ValueEntry): boolean {
    return isRefreshing && !this.#standing.isStuck(keyName(key), stamp, this.#parts.clock.now());
  }

  /** Takes the fill, or waits while another process has it. */
  async fill<Value extends CacheValue>(wish: FillWish<Value>, context: LoadContext): Promise<Landed<Value>> {
    const { clock, random, limits } = this.#parts;
    const { waitMs, loadMs } = this.#budget.limits;
    // A token is kept alive as long as its holder may take, so it ends by itself in the time of a dead one.
    const giveUpAt = clock.now() + waitMs + loadMs;
    for (;;) {
      context.signal.throwIfAborted();
      const found = await this.#ask(wish.place);
      if (found.kind === 'load') return this.#load(wish, context, found.held);
      if (found.kind === 'value') {
        const landed = await this.#found(wish, context, found);
        if (landed) return landed;
      }
      if (clock.now() >= giveUpAt) return this.#load(wish, context, null);
      await sleep(clock, limits.fillPollMs * (0.5 + random()));
    }
  }

  /** Loads a value past its time anew if there is a place, under a token like a fill, while it is served. */
  async refresh<Value extends CacheValue>(
    wish: FillWish<Value>,
    context: LoadContext,
    entry: ValueEntry,
    value: CacheValue,
  ): Promise<Landed<Value>> {
    const stale: Landed<Value> = { value: value as Value, from: 'stale', isCurrent: false };
    const sight = readSightOf(this.#parts, wish.place);
    const read = beginRead(sight, this.#parts.stamp());
    if (read.step !== 'ask' || sight.incarnation === null) return stale;
    const held: HeldFill = { ...read.fill, incarnation: sight.incarnation, letter: 'R' };
    const place = this.#tryEnter(wish, context);
    return (place && (await this.#loadAnew(wish, context, { entry, held, place }))) ?? stale;
  }

  /** Null when somebody else loads it anew. */
  async #found<Value extends CacheValue>(
    wish: FillWish<Value>,
    context: LoadContext,
    { entry, held }: Found & { readonly kind: 'value' },
  ): Promise<Landed<Value> | null> {
    const cached = deserialize(entry.body);
    const pastMs = this.#parts.clock.epoch() - entry.freshUntil;
    const value = cached?.value as Value;
    if (cached && pastMs <= wish.staleMs) {
      return { value, from: pastMs <= 0 ? 'hit' : 'stale', isCurrent: false };
    }
    if (this.isLoadedAnew(wish.place, entry)) return null;
    const maybe = this.#tryEnter(wish, context);
    if (!maybe && cached && pastMs <= wish.staleMs + wish.staleIfBusyMs) {
      this.counts.busy += 1;
      return { value, from: 'stale', isCurrent: false };
    }
    const place = maybe ?? (await this.#enter(wish, context));
    return this.#loadAnew(wish, context, { entry, held, place });
  }

  async #ask({ shard, ring, key }: Place): Promise<Found> {
    const { limits, links, stamp } = this.#parts;
    const placed = { shard, ring };
    const sight = readSightOf(this.#parts, placed);
    const read = beginRead<ValueEntry>(sight, stamp());
    if (read.step !== 'ask' || sight.incarnation === null) return { kind: 'load', held: null };
    const { fill } = read;
    const answered = await links[shard]!.run(sight.incarnation, (connection) =>
      connection.ask(key, markOf('F', fill.token), limits.fillMs),
    );
    const asked = answered && askedOf(answered.answer);
    const next = afterAsk(fill, asked, readSightOf(this.#parts, placed));
    const held = { ...fill, incarnation: sight.incarnation };
    if (next.step === 'done') return { kind: 'value', entry: next.value, held: { ...held, letter: 'R' } };
    if (next.step !== 'load') return { kind: 'busy' };
    return { kind: 'load', held: next.fill && { ...held, letter: 'F' } };
  }

  /** Puts the token in the stamp's place and loads; null when the entry is not what it was. */
  async #loadAnew<Value extends CacheValue>(
    wish: FillWish<Value>,
    context: LoadContext,
    {
      entry,
      held,
      place,
    }: { readonly entry: ValueEntry; readonly held: HeldFill; readonly place: LoadPlace },
  ): Promise<Landed<Value> | null> {
    const { shard, key } = wish.place;
    const before = markOf(entry.isRefreshing ? 'R' : 'V', entry.stamp);
    const taken = await this.#parts.links[shard]!.run(held.incarnation, (connection) =>
      connection.restamp(key, before, markOf('R', held.token)),
    );
    if (!taken?.answer) {
      place.giveBack();
      return null;
    }
    this.counts.refreshes += 1;
    return this.#load(wish, context, held, place);
  }

  async #load<Value extends CacheValue>(
    wish: FillWish<Value>,
    context: LoadContext,
    held: HeldFill | null,
    given?: LoadPlace,
  ): Promise<Landed<Value>> {
    const { place } = wish;
    let cancel: Cancel = () => {};
    let loaded: Loaded<Value>;
    let body: Uint8Array;
    try {
      const entered = given ?? (await this.#enter(wish, context));
      cancel = this.#kept(place, held, entered.queueMs);
      this.counts.loads += 1;
      const loadMs = wish.isBudgeted ? this.#budget.limits.loadMs : Number.POSITIVE_INFINITY;
      loaded = await runLoad(this.#parts.clock, { load: wish.load, context, place: entered, loadMs });
      body = serialize('value', loaded.value);
    } catch (error) {
      if (held) await this.#release(place, held);
      throw error;
    } finally {
      cancel();
    }
    const next = afterLoad(held, loaded.value, readSightOf(this.#parts, place));
    if (!held) return { ...loaded, isCurrent: false };
    if (next.step !== 'store') {
      void this.#release(place, held);
      return { ...loaded, isCurrent: false };
    }
    const isStored = await this.#store(wish, held, body);
    const end = afterStore(held, loaded.value, isStored, readSightOf(this.#parts, place));
    return { ...loaded, isCurrent: end.step === 'done' && end.isCurrent };
  }

  #tryEnter({ isBudgeted }: FillWish<CacheValue>, context: LoadContext): LoadPlace | null {
    return isBudgeted ? this.#budget.tryEnter(context) : FREE;
  }

  async #enter({ isBudgeted }: FillWish<CacheValue>, context: LoadContext): Promise<LoadPlace> {
    return isBudgeted ? this.#budget.enter(context) : FREE;
  }

  /** Null when there was no answer. */
  async #store(
    { place: { shard, key }, ttlMs, staleMs, staleIfBusyMs }: FillWish<CacheValue>,
    { token, incarnation, letter }: HeldFill,
    body: Uint8Array,
  ): Promise<boolean | null> {
    const { clock, links, random, limits } = this.#parts;
    const freshMs = Math.max(1, Math.floor(ttlMs * (1 - limits.ttlJitterRatio * random())));
    const entry = valueEntry(token, clock.epoch() + freshMs, body);
    const answered = await links[shard]!.run(incarnation, (connection) =>
      connection.exchange(key, markOf(letter, token), entry, freshMs + staleMs + staleIfBusyMs),
    );
    if (answered?.answer) this.counts.stored += 1;
    return answered && answered.answer;
  }

  /** Shows that the load is alive: once its token is given up, somebody else loads too. */
  #kept(place: Place, held: HeldFill | null, waitedMs: number): Cancel {
    if (!held) return () => {};
    const { clock, limits } = this.#parts;
    let cancel: Cancel = () => {};
    const renew = (): void => {
      void this.#putAgain(place, held);
      cancel = clock.after(limits.fillMs / 2, renew, 'background');
    };
    if (waitedMs >= limits.fillMs * RENEW_RATIO) renew();
    else cancel = clock.after(limits.fillMs / 2, renew, 'background');
    return () => cancel();
  }

  /** A fill is given its time again; a value that is loaded anew has no time of its own, so its stamp changes. */
  async #putAgain({ shard, key }: Place, held: HeldFill): Promise<void> {
    const { links, limits, stamp } = this.#parts;
    const mark = markOf(held.letter, held.token);
    if (held.letter === 'R') held.token = stamp();
    const next = markOf(held.letter, held.token);
    await links[shard]!.run(held.incarnation, (connection) =>
      held.letter === 'F'
        ? connection.exchange(key, mark, next, limits.fillMs)
        : connection.restamp(key, mark, next),
    );
  }

  /** Lets others load at once instead of after the fill's time. */
  async #release({ shard, key }: Place, { token, incarnation, letter }: HeldFill): Promise<void> {
    const mark = markOf(letter, token);
    await this.#parts.links[shard]!.run(incarnation, (connection) =>
      letter === 'F'
        ? connection.exchange(key, mark, mark, 1)
        : connection.restamp(key, mark, markOf('V', token)),
    );
  }
}

/** What nobody of us has written is in nobody's way: it is loaded past it. */
function askedOf(bytes: Uint8Array | null): Asked<ValueEntry> | null {
  if (!bytes) return { kind: 'fill' };
  const entry = readEntry(bytes);
  if (!entry) return null;
  return entry.kind === 'value' ? { kind: 'value', value: entry } : { kind: 'busy' };
}
