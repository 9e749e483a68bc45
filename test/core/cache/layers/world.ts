/**
 * Two caches as one, for one key, as data. Each cache keeps the promise of its own protocol, which has a model of its
 * own: an invalidation is one step, and what is journaled is applied before the cache serves again. What is left to
 * look at is the order of steps between the two. Readers may ask the inner cache at any time: that is more than a
 * gutter or a second copy is ever asked.
 */

import { type Layer } from '../../../../core/cache/index.ts';
import { ask, type Entry, store } from '../../../../core/cache/protocol/index.ts';

export interface Copy {
  readonly entry: Entry<number> | null;
  readonly isServing: boolean;
  /** Versions whose invalidations are recorded or journaled, and not known to be applied. */
  readonly journal: readonly number[];
}

export interface Reader {
  readonly readsLeft: number;
  readonly step: 'idle' | 'fetch' | 'load' | 'store-inner' | 'store-outer';
  /** The newest version whose invalidation was acknowledged when the read began. */
  readonly floor: number;
  readonly outerToken: string | null;
  readonly innerToken: string | null;
  readonly value: number;
}

export interface Writer {
  readonly writesLeft: number;
  readonly version: number;
  /** Steps of the invalidation that are done; null when none is under way. */
  readonly done: number | null;
}

export interface Keeper {
  /** Steps that are done for what this keeper has listed; null when it has listed nothing. */
  readonly done: number | null;
  readonly listed: readonly number[];
}

export interface World {
  readonly committed: number;
  readonly acknowledged: number;
  readonly copies: Readonly<Record<Layer, Copy>>;
  readonly readers: readonly Reader[];
  readonly writers: readonly Writer[];
  readonly keepers: Readonly<Record<Layer, Keeper>>;
  readonly absencesLeft: number;
  readonly crashesLeft: number;
  readonly violation: string | null;
}

export interface Rules {
  /** Of a writer's invalidation. */
  readonly order: readonly Layer[];
  /** What the keeper of each cache does before it takes an entry out of the journal. */
  readonly sweeps: Readonly<Record<Layer, readonly Layer[]>>;
  /** A record in the transaction of the write. */
  readonly records: boolean;
}

const IDLE: Reader = { readsLeft: 0, step: 'idle', floor: 0, outerToken: null, innerToken: null, value: 0 };

export function newWorld(size: {
  readonly reads: readonly number[];
  readonly writes: readonly number[];
  readonly absences: number;
  readonly crashes: number;
}): World {
  const copy: Copy = { entry: { kind: 'value', value: 0 }, isServing: true, journal: [] };
  const keeper: Keeper = { done: null, listed: [] };
  return {
    committed: 0,
    acknowledged: 0,
    copies: { inner: { ...copy, entry: { kind: 'value', value: 0 } }, outer: copy },
    readers: size.reads.map((readsLeft) => ({ ...IDLE, readsLeft })),
    writers: size.writes.map((writesLeft) => ({ writesLeft, version: 0, done: null })),
    keepers: { inner: keeper, outer: keeper },
    absencesLeft: size.absences,
    crashesLeft: size.crashes,
    violation: null,
  };
}

export function withCopy(world: World, layer: Layer, change: Partial<Copy>): World {
  return { ...world, copies: { ...world.copies, [layer]: { ...world.copies[layer], ...change } } };
}

/** One acknowledged invalidation: delivered, or journaled while nobody is served. */
export function invalidated(world: World, layer: Layer, version: number): World {
  const { isServing, journal } = world.copies[layer];
  if (isServing) return withCopy(world, layer, { entry: null });
  return journal.includes(version) ? world : withCopy(world, layer, { journal: [...journal, version] });
}

export interface Asked {
  readonly world: World;
  readonly hit: number | null;
  /** The right to store. */
  readonly token: string | null;
}

export function asked(world: World, layer: Layer, token: string): Asked {
  const { entry, isServing } = world.copies[layer];
  if (!isServing) return { world, hit: null, token: null };
  const [after, answer] = ask(entry ?? undefined, token);
  if (answer.kind === 'value') return { world, hit: answer.value, token: null };
  // Who finds somebody else's fill has waited for it in vain, and loads without storing.
  if (answer.kind === 'busy') return { world, hit: null, token: null };
  return { world: withCopy(world, layer, { entry: after }), hit: null, token };
}

/** The command may arrive at any time, at a cache that serves or not: the token alone decides. */
export function stored(world: World, layer: Layer, token: string | null, value: number): World {
  if (token === null) return world;
  const [entry] = store(world.copies[layer].entry ?? undefined, token, value);
  return withCopy(world, layer, { entry: entry ?? null });
}

/** What the journals do not have any more is invalidated: nobody may be served anything older from here on. */
export function acknowledgedByJournals(world: World, rules: Rules): World {
  if (!rules.records) return world;
  const pending = [...world.copies.inner.journal, ...world.copies.outer.journal];
  const oldest = Math.min(world.committed + 1, ...pending);
  return { ...world, acknowledged: Math.max(world.acknowledged, oldest - 1) };
}
