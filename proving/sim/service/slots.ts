/**
 * What a request needs of an instance, and what there is little of: a slot, held for a while. Whoever finds none
 * waits in line without end, as a plain service lets them; to keep that line short is the throttle's part.
 */

import type { Clock } from '../../../runtime/ports.ts';
import type { Random } from '../kernel/index.ts';

export interface SlotsOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly slots: number;
  /** For how long one request holds its slot, on average. */
  readonly workMs: number;
}

/** Work takes this share of its mean time, at random. */
const SPREAD = { min: 0.8, max: 1.2 } as const;

export class Slots {
  readonly #options: SlotsOptions;
  readonly #line: (() => void)[] = [];
  #slots: number;
  #busy = 0;
  /** Requests that ever asked for a slot. */
  asked = 0;

  constructor(options: SlotsOptions) {
    this.#options = options;
    this.#slots = options.slots;
  }

  get busy(): number {
    return this.#busy;
  }

  get waiting(): number {
    return this.#line.length;
  }

  /** Resolves when the work is done. */
  work(): Promise<void> {
    this.asked += 1;
    return new Promise((resolve) => {
      const begin = (): void => {
        const { clock, random, workMs } = this.#options;
        this.#busy += 1;
        const share = SPREAD.min + (SPREAD.max - SPREAD.min) * random.next();
        clock.after(workMs * share, () => {
          this.#busy -= 1;
          resolve();
          this.#next();
        });
      };
      this.#line.push(begin);
      this.#next();
    });
  }

  /** What holds a slot that is gone keeps it to its end. */
  setSlots(slots: number): void {
    this.#slots = slots;
    this.#next();
  }

  #next(): void {
    while (this.#busy < this.#slots && this.#line.length > 0) this.#line.shift()!();
  }
}
