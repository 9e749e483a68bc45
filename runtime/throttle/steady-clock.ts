/**
 * A clock that never goes back: where the one behind it does, time goes on from there. Nobody gains a request by the
 * step, and nobody waits until it is made up for.
 */

import type { Cancel, Clock } from '../ports.ts';

export class SteadyClock implements Clock {
  readonly #clock: Clock;
  #toldMs = Number.NEGATIVE_INFINITY;
  #addMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  now(): number {
    const toldMs = this.#clock.now();
    if (toldMs < this.#toldMs) this.#addMs += this.#toldMs - toldMs;
    this.#toldMs = toldMs;
    return toldMs + this.#addMs;
  }

  epoch(): number {
    return this.#clock.epoch();
  }

  after(ms: number, wake: () => void, kind?: 'background'): Cancel {
    return this.#clock.after(ms, wake, kind);
  }
}
