/**
 * What limits the shop's quotes: a fixed number of slots, each held for the time of the work. Whoever finds none free
 * waits, first come, first served, without bound: the plain queue that most services have in front of something scarce.
 */

export interface SlotsStatus {
  readonly slots: number;
  readonly busy: number;
  readonly waiting: number;
  /** Pieces of work done since the start. */
  readonly done: number;
}

export class Slots {
  readonly #slots: number;
  readonly #waiting: (() => void)[] = [];
  #busy = 0;
  #done = 0;

  constructor(slots: number) {
    this.#slots = slots;
  }

  /** Holds a slot for that long, after the wait for one. */
  async hold(ms: number): Promise<void> {
    if (this.#busy < this.#slots) this.#busy += 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    await new Promise((resolve) => {
      setTimeout(resolve, ms);
    });
    this.#done += 1;
    this.#passOn();
  }

  describe(): SlotsStatus {
    return { slots: this.#slots, busy: this.#busy, waiting: this.#waiting.length, done: this.#done };
  }

  /** The slot goes to the one that waits longest, or is free. */
  #passOn(): void {
    const first = this.#waiting.shift();
    if (first) first();
    else this.#busy -= 1;
  }
}
