/**
 * A bounded queue of requests that wait for something to become available: the oldest first, until it has waited
 * so long that the queue is a backlog. From then on the youngest goes first: what waited longest is about to expire,
 * and work begun for it would keep what is scarce from those that can still succeed.
 */

import { PoolError } from './errors.ts';
import type { Cancel, Clock } from './ports.ts';

export interface WaitQueueOptions {
  readonly waitersMax: number;
  /** Wait of the oldest above which the youngest goes first, in ms. @default - never: always the oldest first */
  readonly backlogMs?: number;
}

interface Waiter {
  /** When its request began to wait: it may come back to the queue several times. */
  readonly since: number;
  readonly wake: (woken: boolean) => void;
}

export class WaitQueue {
  readonly #clock: Clock;
  readonly #waitersMax: number;
  readonly #backlogMs: number;
  /** By `since`, the oldest first. */
  readonly #waiters: Waiter[] = [];

  constructor(clock: Clock, { waitersMax, backlogMs = Infinity }: WaitQueueOptions) {
    this.#clock = clock;
    this.#waitersMax = waitersMax;
    this.#backlogMs = backlogMs;
  }

  get length(): number {
    return this.#waiters.length;
  }

  /**
   * Resolves true when woken, false after `ms`. Rejects at once with `queue-full` where too many wait.
   * @param since when the request began to wait, if not now
   */
  wait(ms: number, since = this.#clock.now()): Promise<boolean> {
    if (this.#waiters.length >= this.#waitersMax) {
      const message = `${this.#waiters.length} requests wait already; the limit is ${this.#waitersMax}`;
      return Promise.reject(new PoolError('queue-full', message));
    }
    return new Promise((resolve) => {
      let cancel: Cancel = () => {};
      const waiter: Waiter = {
        since,
        wake: (woken) => {
          cancel();
          const at = this.#waiters.indexOf(waiter);
          if (at >= 0) this.#waiters.splice(at, 1);
          resolve(woken);
        },
      };
      const at = this.#waiters.findLastIndex((other) => other.since <= since);
      this.#waiters.splice(at + 1, 0, waiter);
      cancel = this.#clock.after(Math.max(0, ms), () => waiter.wake(false));
    });
  }

  wakeOne(): void {
    const next = this.#isBacklog() ? this.#waiters.at(-1) : this.#waiters[0];
    next?.wake(true);
  }

  /** Everybody, whoever goes first being the first to look. */
  wakeAll(): void {
    const inOrder = this.#isBacklog() ? this.#waiters.toReversed() : [...this.#waiters];
    this.#waiters.splice(0);
    for (const waiter of inOrder) waiter.wake(true);
  }

  #isBacklog(): boolean {
    const oldest = this.#waiters[0];
    return oldest !== undefined && this.#clock.now() - oldest.since > this.#backlogMs;
  }
}
