/**
 * Loads that wait for a place, in two lists: those that may use all of the budget, and those whose shares are smaller,
 * which must not stand in the way of the others when their own part is spent.
 */

import { WaitingList, type Waiting } from '../../core/shedding/index.ts';

export interface LoadWaiter extends Waiting {
  readonly share: number;
  begin(now: number): void;
  refuse(): void;
}

export class BudgetQueue {
  readonly #newestFirstMs: number;
  readonly #whole = new WaitingList<LoadWaiter>();
  readonly #shared = new WaitingList<LoadWaiter>();

  constructor(newestFirstMs: number) {
    this.#newestFirstMs = newestFirstMs;
  }

  get length(): number {
    return this.#whole.length + this.#shared.length;
  }

  /** Nobody waits who could begin in its stead. */
  isFreeFor(share: number): boolean {
    return this.#whole.length === 0 && (share >= 1 || this.#shared.length === 0);
  }

  add(waiter: LoadWaiter): void {
    this.#listOf(waiter).add(waiter);
  }

  remove(waiter: LoadWaiter): void {
    this.#listOf(waiter).remove(waiter);
  }

  /** The best of each list, the better one first. */
  candidates(now: number): readonly LoadWaiter[] {
    const whole = this.#whole.best(now, this.#newestFirstMs);
    const shared = this.#shared.best(now, this.#newestFirstMs);
    if (!whole || !shared) return [whole ?? shared].filter((waiter) => waiter !== undefined);
    return shared.rank < whole.rank ? [shared, whole] : [whole, shared];
  }

  /** Refuses the worst until there are no more than `room`; of equals, those of a smaller share. */
  shrink(room: number): void {
    while (this.length > room) this.#worst()?.refuse();
  }

  #worst(): LoadWaiter | undefined {
    const whole = this.#whole.worst;
    const shared = this.#shared.worst;
    if (!whole || !shared) return whole ?? shared;
    return whole.rank > shared.rank ? whole : shared;
  }

  #listOf({ share }: LoadWaiter): WaitingList<LoadWaiter> {
    return share >= 1 ? this.#whole : this.#shared;
  }
}
