/**
 * Counts by name in bounded memory, so that the heaviest are told apart whoever else comes. A name that finds every
 * place taken takes one from each, and a count that comes to nothing gives its place up: whoever has more than
 * `1 / (placesMax + 1)` of everything has a place, and its count is too low by at most that share of everything.
 * Exact while there are no more names than places. A name costs constant time, taken over all of them.
 * Source: Misra and Gries, "Finding repeated elements", Science of Computer Programming 2, 1982.
 */

import { CALLER_LENGTH_MAX } from '../../core/throttle/demand.ts';

export interface HeavyCaller {
  readonly caller: string;
  readonly count: number;
}

interface Place {
  count: number;
}

export class HeavyCallers {
  readonly #placesMax: number;
  readonly #places = new Map<string, Place>();
  #total = 0;

  /** @param placesMax names that are told apart at one time, 1 or more */
  constructor(placesMax: number) {
    this.#placesMax = placesMax;
  }

  /** Everything that was counted, whoever it was for. */
  get total(): number {
    return this.#total;
  }

  get size(): number {
    return this.#places.size;
  }

  /** A name that is empty or longer than any report may hold counts for nobody in particular. */
  add(caller: string, count = 1): void {
    this.#total += count;
    const place = this.#places.get(caller);
    if (place) place.count += count;
    else if (caller !== '' && caller.length <= CALLER_LENGTH_MAX) this.#addNew(caller, count);
  }

  /** What was counted for this name: never too much. */
  countOf(caller: string): number {
    return this.#places.get(caller)?.count ?? 0;
  }

  /** The heaviest, heaviest first; names of equal count in their own order. */
  heaviest(max: number): readonly HeavyCaller[] {
    return [...this.#places]
      .map(([caller, { count }]) => ({ caller, count }))
      .toSorted((a, b) => b.count - a.count || (a.caller < b.caller ? -1 : 1))
      .slice(0, max);
  }

  clear(): void {
    this.#places.clear();
    this.#total = 0;
  }

  #addNew(caller: string, count: number): void {
    const left = this.#places.size < this.#placesMax ? count : count - this.#takeFromEach(count);
    if (left > 0) this.#places.set(caller, { count: left });
  }

  /** Takes the same from each: as much as the lightest has, and no more than `most`. Returns how much that was. */
  #takeFromEach(most: number): number {
    let taken = most;
    for (const { count } of this.#places.values()) taken = Math.min(taken, count);
    for (const [caller, place] of this.#places) {
      place.count -= taken;
      if (place.count <= 0) this.#places.delete(caller);
    }
    return taken;
  }
}
