/** The clock of one process of an application: it can stand still with its process, be fast, and be wrong about the date. */

import type { Cancel, Clock } from '../../../runtime/ports.ts';
import type { SimClock } from '../kernel/index.ts';

export class ProcessClock implements Clock {
  readonly #real: Clock;
  readonly #rate: number;
  #offMs = 0;
  #isFrozen = false;
  #frozenAt = 0;
  #frozenMs = 0;
  #isDead = false;
  #waiting: (() => void)[] = [];

  /** @param rate its seconds in one of real time */
  constructor(clock: SimClock, rate = 1) {
    this.#real = clock.forClients();
    this.#rate = rate;
  }

  now(): number {
    return this.#real.now() * this.#rate;
  }

  epoch(): number {
    return this.#real.epoch() + this.#offMs;
  }

  /** In whole milliseconds, as the timers of a host. */
  after(ms: number, wake: () => void): Cancel {
    let isCancelled = false;
    const realMs = this.#rate === 1 ? Math.round(ms) : Math.ceil(ms / this.#rate);
    const cancel = this.#real.after(realMs, () => this.deliver(() => isCancelled || wake()));
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

  get isDead(): boolean {
    return this.#isDead;
  }

  get isFrozen(): boolean {
    return this.#isFrozen;
  }

  /** For how long the process has stood still, all in all. */
  get frozenMs(): number {
    return this.#frozenMs + (this.#isFrozen ? this.now() - this.#frozenAt : 0);
  }

  freeze(): void {
    if (!this.#isFrozen) this.#frozenAt = this.now();
    this.#isFrozen = true;
  }

  /** All that has come meanwhile is worked off at once. */
  thaw(): void {
    this.#frozenMs = this.frozenMs;
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
