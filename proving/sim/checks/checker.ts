/** What every checker is made of. Checkers share no decision with what they judge: they restate its rules. */

import type { PoolItem } from '../../../core/state/items.ts';
import type { Checker, SimView } from '../model.ts';

/**
 * A checker from one function, which returns what is wrong or null, and calls `count` for each thing that it
 * really checked. Its memory lives in the closure that makes it.
 */
export function checker(
  invariant: string,
  look: (view: SimView, count: (things?: number) => void) => string | null,
): Checker {
  let checked = 0;
  const count = (things = 1): void => {
    checked += things;
  };
  return {
    invariant,
    check: (view) => look(view, count),
    get checked() {
      return checked;
    },
  };
}

/** What was added to a list that only grows, since the last look. */
export function newcomers<T>(): (list: readonly T[]) => readonly T[] {
  let seen = 0;
  return (list) => {
    if (list.length === seen) return NONE;
    const added = list.slice(seen);
    seen = list.length;
    return added;
  };
}

const NONE: readonly never[] = [];

export interface PoolChange {
  /** Null before the first publication. */
  readonly before: PoolItem | null;
  /** Null when the published pool is gone. */
  readonly after: PoolItem | null;
}

/** The change of the published pool since the last look; null when it is as it was. */
export function poolChanges(): (view: SimView) => PoolChange | null {
  let before: PoolItem | null = null;
  return ({ pool }) => {
    if (pool === before) return null;
    const same = pool !== null && before !== null && pool.epoch === before.epoch && pool.at === before.at;
    const change = { before, after: pool };
    before = pool;
    return same ? null : change;
  };
}

export function idsIn(pool: PoolItem | null): readonly string[] {
  return Object.entries(pool?.members ?? {})
    .filter(([, { state }]) => state === 'in')
    .map(([id]) => id);
}

/** The readers that the change took out. A member that ceased to be a reader was not taken out. */
export function removedBy({ before, after }: PoolChange): readonly string[] {
  if (after === null) return [];
  return idsIn(before).filter((id) => id in after.members && after.members[id]!.state !== 'in');
}

/** All that a pool tells others: two with the same content differ in epoch and time alone. */
export function poolContent({ members, failOpen, excluded }: PoolItem): string {
  const states = Object.entries(members).map(([id, { state }]) => `${id}=${state}`);
  return [...states.toSorted(), failOpen, ...excluded.toSorted()].join(' ');
}

/** The first thing that is wrong. */
export function firstWrong<T>(things: readonly T[], wrong: (thing: T) => string | null): string | null {
  for (const thing of things) {
    const said = wrong(thing);
    if (said !== null) return said;
  }
  return null;
}
