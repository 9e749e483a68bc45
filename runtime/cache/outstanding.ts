/**
 * The commands of one connection that have no answer yet. All of them wait for the same time, so the oldest is late
 * first: there is one timer, and it is the oldest one's.
 */

import type { Cancel, Clock } from '../ports.ts';

export interface Waiting {
  readonly dueAt: number;
  /** Told `null`. */
  readonly giveUp: (nothing: null) => void;
  /** It has no answer, and was not given up. */
  isOpen: boolean;
}

/** Those that were answered are let go of in pieces of so many, or fewer where they are all. */
const ANSWERED_MAX = 256;

export class Outstanding {
  readonly #clock: Clock;
  readonly #waitMs: number;
  readonly #late: () => void;
  /** The oldest first, and among them those that were answered since: most are answered in their order. */
  #waiting: Waiting[] = [];
  /** Where the oldest is that may have no answer. */
  #first = 0;
  #timer: Cancel | null = null;

  /** Calls `late` when one has waited for `waitMs`. */
  constructor(clock: Clock, waitMs: number, late: () => void) {
    this.#clock = clock;
    this.#waitMs = waitMs;
    this.#late = late;
  }

  add(giveUp: (nothing: null) => void): Waiting {
    const waiting = { dueAt: this.#clock.now() + this.#waitMs, giveUp, isOpen: true };
    this.#waiting.push(waiting);
    this.#timer ??= this.#clock.after(this.#waitMs, () => this.#look(false));
    return waiting;
  }

  /** It was answered. False when it was given up before. */
  end(waiting: Waiting): boolean {
    const wasOpen = waiting.isOpen;
    waiting.isOpen = false;
    this.#pass();
    return wasOpen;
  }

  /** Gives up all of them. */
  abandon(): void {
    this.#timer?.();
    this.#timer = null;
    const abandoned = this.#waiting.filter(({ isOpen }) => isOpen);
    this.#waiting = [];
    this.#first = 0;
    for (const waiting of abandoned) {
      waiting.isOpen = false;
      waiting.giveUp(null);
    }
  }

  #pass(): void {
    while (this.#waiting[this.#first]?.isOpen === false) this.#first += 1;
    const isAll = this.#first === this.#waiting.length;
    if (!isAll && this.#first < ANSWERED_MAX) return;
    this.#waiting.splice(0, this.#first);
    this.#first = 0;
  }

  /** An answer that is there, and that a busy process had no time to read, is not late: it is looked at once more. */
  #look(isSecond: boolean): void {
    this.#timer = null;
    const oldest = this.#waiting[this.#first];
    if (!oldest) return;
    const leftMs = oldest.dueAt - this.#clock.now();
    if (leftMs > 0) this.#timer = this.#clock.after(leftMs, () => this.#look(false));
    else if (isSecond) this.#late();
    else this.#timer = this.#clock.after(0, () => this.#look(true));
  }
}
