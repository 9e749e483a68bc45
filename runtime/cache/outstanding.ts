/**
 * The commands of one connection that have no answer yet. All of them wait for the same time, so the oldest is late
 * first: there is one timer, and it is the oldest one's.
 */

import type { Cancel, Clock } from '../ports.ts';

export interface Waiting {
  readonly dueAt: number;
  readonly giveUp: () => void;
}

export class Outstanding {
  readonly #clock: Clock;
  readonly #waitMs: number;
  readonly #late: () => void;
  /** The oldest first. */
  readonly #waiting = new Set<Waiting>();
  #timer: Cancel | null = null;

  /** Calls `late` when one has waited for `waitMs`. */
  constructor(clock: Clock, waitMs: number, late: () => void) {
    this.#clock = clock;
    this.#waitMs = waitMs;
    this.#late = late;
  }

  add(giveUp: () => void): Waiting {
    const waiting = { dueAt: this.#clock.now() + this.#waitMs, giveUp };
    this.#waiting.add(waiting);
    this.#timer ??= this.#clock.after(this.#waitMs, () => this.#look(false));
    return waiting;
  }

  /** It was answered. False when it was given up before. */
  end(waiting: Waiting): boolean {
    return this.#waiting.delete(waiting);
  }

  /** Gives up all of them. */
  abandon(): void {
    this.#timer?.();
    this.#timer = null;
    const abandoned = [...this.#waiting];
    this.#waiting.clear();
    for (const { giveUp } of abandoned) giveUp();
  }

  /** An answer that is there, and that a busy process had no time to read, is not late: it is looked at once more. */
  #look(isSecond: boolean): void {
    this.#timer = null;
    const [oldest] = this.#waiting;
    if (!oldest) return;
    const leftMs = oldest.dueAt - this.#clock.now();
    if (leftMs > 0) this.#timer = this.#clock.after(leftMs, () => this.#look(false));
    else if (isSecond) this.#late();
    else this.#timer = this.#clock.after(0, () => this.#look(true));
  }
}
