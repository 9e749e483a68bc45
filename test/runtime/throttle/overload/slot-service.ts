/**
 * A service of so many slots behind a throttle that knows nothing of it. What finds no slot waits in a queue of its
 * own, without bound: the throttle has to keep it short.
 */

import type { EventClock } from './event-clock.ts';

export class SlotService {
  /** How long a piece of work holds its slot, asked for each. */
  workMs: () => number;
  readonly #clock: EventClock;
  readonly #waiting: (() => void)[] = [];
  #slots: number;
  #busy = 0;

  constructor(clock: EventClock, slots: number, workMs: number | (() => number)) {
    this.#clock = clock;
    this.#slots = slots;
    this.workMs = typeof workMs === 'number' ? () => workMs : workMs;
  }

  get queued(): number {
    return this.#waiting.length;
  }

  /** Slots that are added are taken at once; slots that are taken away end what they do. */
  set slots(slots: number) {
    this.#slots = slots;
    this.#next();
  }

  serve(ownMs?: number): Promise<void> {
    return new Promise((resolve) => {
      const begin = (): void => {
        this.#busy += 1;
        this.#clock.after(ownMs ?? this.workMs(), () => {
          this.#busy -= 1;
          this.#next();
          resolve();
        });
      };
      if (this.#busy < this.#slots) begin();
      else this.#waiting.push(begin);
    });
  }

  #next(): void {
    while (this.#busy < this.#slots && this.#waiting.length > 0) this.#waiting.shift()!();
  }
}
