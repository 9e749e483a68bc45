/** The clock of one process of the application: it can stand still with its process, and be wrong about the date. */

import type { Cancel, Clock } from '../../../runtime/ports.ts';
import type { SimClock } from '../kernel/index.ts';

export class ProcessClock implements Clock {
  readonly #real: Clock;
  #offMs = 0;
  #isFrozen = false;
  #isDead = false;
  #waiting: (() => void)[] = [];

  constructor(clock: SimClock) {
    this.#real = clock.forClients();
  }

  now(): number {
    return this.#real.now();
  }

  epoch(): number {
    return this.#real.epoch() + this.#offMs;
  }

  /** In whole milliseconds, as the timers of a host. */
  after(ms: number, wake: () => void): Cancel {
    let isCancelled = false;
    const cancel = this.#real.after(Math.round(ms), () => this.deliver(() => isCancelled || wake()));
    return () => {
      isCancelled = true;
      cancel();
    };
  }

  /** Something reaches the process: at once, when it is awake again, or never. */
  deliver(work: () => void): void {
    if (this.#isDead) return;
    if (this.#isFrozen) this.#waiting.push(work);
    else work();
  }

  /** The wall clock is so far off; what measures time is not. */
  setOff(ms: number): void {
    this.#offMs = ms;
  }

  freeze(): void {
    this.#isFrozen = true;
  }

  /** All that has come meanwhile is worked off at once. */
  thaw(): void {
    this.#isFrozen = false;
    const due = this.#waiting;
    this.#waiting = [];
    for (const work of due) this.deliver(work);
  }

  /** Nothing that this process has begun goes on. */
  kill(): void {
    this.#isDead = true;
    this.#waiting = [];
  }
}
