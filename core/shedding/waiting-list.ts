/**
 * Those who wait for a place, in the order of their ranks: the best goes first, and when there are too many, the
 * worst has to go. Among equals first come, first served, or newest first when asked so.
 */

export interface Waiting {
  /** Lower is better. */
  readonly rank: number;
  /** When it came, monotonic ms. */
  readonly since: number;
}

export class WaitingList<Waiter extends Waiting> {
  /** From the worst to the best; among equals from the newest to the oldest. */
  readonly #waiters: Waiter[] = [];

  get length(): number {
    return this.#waiters.length;
  }

  get worst(): Waiter | undefined {
    return this.#waiters[0];
  }

  add(waiter: Waiter): void {
    this.#waiters.splice(this.#firstUpTo(waiter.rank), 0, waiter);
  }

  remove(waiter: Waiter): void {
    const equals = this.#waiters.indexOf(waiter, this.#firstUpTo(waiter.rank));
    if (equals >= 0) this.#waiters.splice(equals, 1);
  }

  /**
   * Who goes next.
   * @param newestFirstMs once the oldest of the best has waited longer than this, the newest of them
   */
  best(nowMs: number, newestFirstMs: number): Waiter | undefined {
    const oldest = this.#waiters.at(-1);
    if (oldest === undefined || nowMs - oldest.since <= newestFirstMs) return oldest;
    return this.#waiters[this.#firstUpTo(oldest.rank)];
  }

  /** The first place whose waiter has this rank or a better one. */
  #firstUpTo(rank: number): number {
    let low = 0;
    let high = this.#waiters.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#waiters[middle]!.rank > rank) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
