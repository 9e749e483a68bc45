/** Fills what is missing, and loads anew what is past its time: drives `protocol/read.ts` over the links. */

import { type CacheValue, deserialize, keyName, serialize } from '../../core/cache/index.ts';
import { afterLoad, afterStore } from '../../core/cache/protocol/index.ts';
import type { Cancel } from '../ports.ts';
import type { LoadPlace, ReadBudget } from './budget.ts';
import { FillTokens, type Found, type HeldFill, type ValueEntry } from './fill-tokens.ts';
import { isSpent } from './errors.ts';
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

/** One load on its way. */
interface Filling<Value> {
  readonly wish: FillWish<Value>;
  readonly context: LoadContext;
}

/** What a load without the budget is given. */
const FREE: LoadPlace = { queueMs: 0, end: () => {}, giveBack: () => {} };

export class Filler {
  readonly counts: FillCounts = { loads: 0, stored: 0, refreshes: 0, busy: 0 };
  readonly #parts: CacheParts;
  readonly #budget: ReadBudget;
  readonly #tokens: FillTokens;
  readonly #standing: Standing;

  constructor(parts: CacheParts, budget: ReadBudget) {
    this.#parts = parts;
    this.#budget = budget;
    this.#tokens = new FillTokens(parts);
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
    // A token is kept alive as long as its holder may take; that of a dead one ends by itself before.
    const giveUpAt = clock.now() + waitMs + loadMs;
    for (;;) {
      context.signal.throwIfAborted();
      const found = await this.#tokens.take(wish.place);
      if (found.kind === 'load') return this.#load({ wish, context }, found.held);
      if (found.kind === 'value') {
        const landed = await this.#found({ wish, context }, found);
        if (landed) return landed;
      }
      if (clock.now() >= giveUpAt) return this.#load({ wish, context }, null);
      await sleep(clock, limits.fillPollMs * (0.5 + random()));
    }
  }

  /** Loads a value past its time anew if there is a place, under a token like a fill, while it is served. */
  async refresh<Value extends CacheValue>(
    wish: FillWish<Value>,
    context: LoadContext,
    entry: ValueEntry,
    stale: Landed<Value>,
  ): Promise<Landed<Value>> {
    const held = this.#tokens.anew(wish.place);
    const place = held && this.#tryEnter({ wish, context });
    return (place && (await this.#loadAnew({ wish, context }, { entry, held, place }))) ?? stale;
  }

  /** Null when somebody else loads it anew. */
  async #found<Value extends CacheValue>(
    filling: Filling<Value>,
    { entry, held }: Found & { readonly kind: 'value' },
  ): Promise<Landed<Value> | null> {
    const { place: at, staleMs, staleIfBusyMs } = filling.wish;
    const cached = deserialize(entry.body);
    const freshMs = entry.freshUntil - this.#parts.clock.epoch();
    const stale: Landed<Value> = { value: cached?.value as Value, from: 'stale', freshMs, isCurrent: false };
    if (cached && freshMs >= 0) return { ...stale, from: 'hit' };
    if (cached && -freshMs <= staleMs) return stale;
    if (this.isLoadedAnew(at, entry)) return null;
    if (!cached || -freshMs > staleMs + staleIfBusyMs) {
      const place = await this.#enter(filling);
      return this.#loadAnew(filling, { entry, held, place });
    }
    return this.#loadUnlessBusy(filling, { entry, held }, stale);
  }

  /** The stale value where there is no place now, here or in the cache that is asked. */
  async #loadUnlessBusy<Value extends CacheValue>(
    filling: Filling<Value>,
    found: { readonly entry: ValueEntry; readonly held: HeldFill },
    stale: Landed<Value>,
  ): Promise<Landed<Value> | null> {
    const place = this.#tryEnter(filling);
    try {
      if (place) return await this.#loadAnew(filling, { ...found, place });
    } catch (error) {
      if (!isSpent(error)) throw error;
    }
    this.counts.busy += 1;
    return stale;
  }

  /** Null when the entry is not what it was any more. */
  async #loadAnew<Value extends CacheValue>(
    filling: Filling<Value>,
    {
      entry,
      held,
      place,
    }: { readonly entry: ValueEntry; readonly held: HeldFill; readonly place: LoadPlace },
  ): Promise<Landed<Value> | null> {
    if (!(await this.#tokens.putInto(filling.wish.place, entry, held))) {
      place.giveBack();
      return null;
    }
    this.counts.refreshes += 1;
    return this.#load(filling, held, place);
  }

  async #load<Value extends CacheValue>(
    filling: Filling<Value>,
    held: HeldFill | null,
    given?: LoadPlace,
  ): Promise<Landed<Value>> {
    const { place } = filling.wish;
    let cancel: Cancel = () => {};
    let loaded: Loaded<Value>;
    let body: Uint8Array;
    try {
      const entered = given ?? (await this.#enter(filling));
      if (held) cancel = this.#tokens.keptAlive(place, held, entered.queueMs);
      loaded = await this.#run(filling, entered);
      body = serialize('value', loaded.value);
    } catch (error) {
      if (held) await this.#tokens.release(place, held);
      throw error;
    } finally {
      cancel();
    }
    return this.#stored(filling.wish, held, loaded, body);
  }

  #run<Value>({ wish, context }: Filling<Value>, place: LoadPlace): Promise<Loaded<Value>> {
    this.counts.loads += 1;
    const loadMs = wish.isBudgeted ? this.#budget.limits.loadMs : Number.POSITIVE_INFINITY;
    return runLoad(this.#parts.clock, { load: wish.load, context, place, loadMs });
  }

  async #stored<Value extends CacheValue>(
    { place, ttlMs, staleMs, staleIfBusyMs }: FillWish<Value>,
    held: HeldFill | null,
    loaded: Loaded<Value>,
    body: Uint8Array,
  ): Promise<Landed<Value>> {
    const { random, limits } = this.#parts;
    const { value, from } = loaded;
    const jitteredMs = Math.max(1, Math.floor(ttlMs * (1 - limits.ttlJitterRatio * random())));
    const freshMs = Math.min(jitteredMs, loaded.freshMs ?? jitteredMs);
    const landed: Landed<Value> = { value, from, freshMs, isCurrent: false };
    if (!held) return landed;
    const next = afterLoad(held, value, readSightOf(this.#parts, place));
    if (next.step !== 'store') {
      void this.#tokens.release(place, held);
      return landed;
    }
    const keptMs = Math.max(1, freshMs + staleMs + staleIfBusyMs);
    const isStored = await this.#tokens.store(place, held, { body, freshMs, keptMs });
    if (isStored) this.counts.stored += 1;
    const end = afterStore(held, value, isStored, readSightOf(this.#parts, place));
    return { ...landed, isCurrent: end.step === 'done' && end.isCurrent };
  }

  #tryEnter<Value>({ wish, context }: Filling<Value>): LoadPlace | null {
    return wish.isBudgeted ? this.#budget.tryEnter(context) : FREE;
  }

  async #enter<Value>({ wish, context }: Filling<Value>): Promise<LoadPlace> {
    return wish.isBudgeted ? this.#budget.enter(context) : FREE;
  }
}
