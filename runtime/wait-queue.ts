/** A bounded first-in, first-out queue of requests that wait for something to become available. */

import { PoolError } from './errors.ts';
import type { Cancel, Clock } from './ports.ts';

interface Waiter {
  readonly wake: (woken: boolean) => void;
}

export class WaitQueue {
  readonly #clock: Clock;
  readonly #waitersMax: number;
  readonly #waiters: Waiter[] = [];

  constructor(clock: Clock, waitersMax: number) {
    this.#clock = clock;
    this.#waitersMax = waitersMax;
  }

  get length(): number {
    return this.#waiters.length;
  }

  /** Resolves true when woken, false after `ms`. Rejects at once with `queue-full` where too many wait. */
  wait(ms: number): Promise<boolean> {
    if (this.#waiters.length >= this.#waitersMax) {
      const message = `${this.#waiters.length} requests wait already; the limit is ${this.#waitersMax}`;
      return Promise.reject(new PoolError('queue-full', message));
    }
    return new Promise((resolve) => {
      let cancel: Cancel = () => {};
      const waiter: Waiter = {
        wake: (woken) => {
          cancel();
          const at = this.#waiters.indexOf(waiter);
          if (at >= 0) this.#waiters.splice(at, 1);
          resolve(woken);
        },
      };
      this.#waiters.push(waiter);
      cancel = this.#clock.after(Math.max(0, ms), () => waiter.wake(false));
    });
  }

  wakeOne(): void {
    this.#waiters[0]?.wake(true);
  }

  wakeAll(): void {
    for (const waiter of this.#waiters.splice(0)) waiter.wake(true);
  }
}
