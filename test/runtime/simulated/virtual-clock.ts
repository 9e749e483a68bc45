/** Time that passes only when the test says so. Between two timers every pending promise is let run. */

import type { Cancel, Clock } from '../../../runtime/ports.ts';

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly wake: () => void;
}

export class VirtualClock implements Clock {
  #now = 0;
  #order = 0;
  readonly #timers = new Map<number, Timer>();

  now(): number {
    return this.#now;
  }

  epoch(): number {
    return 1_800_000_000_000 + this.#now;
  }

  get pending(): number {
    return this.#timers.size;
  }

  after(ms: number, wake: () => void): Cancel {
    const order = (this.#order += 1);
    this.#timers.set(order, { at: this.#now + Math.max(0, ms), order, wake });
    return () => this.#timers.delete(order);
  }

  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await settle();
    for (;;) {
      const next = this.#next();
      if (!next || next.at > end) break;
      this.#timers.delete(next.order);
      this.#now = next.at;
      next.wake();
      await settle();
    }
    this.#now = end;
  }

  /** Waits in virtual time. */
  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.after(ms, resolve);
    });
  }

  #next(): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers.values()) {
      if (!next || timer.at < next.at || (timer.at === next.at && timer.order < next.order)) next = timer;
    }
    return next;
  }
}

/** Lets every promise that can go on go on. */
async function settle(): Promise<void> {
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** A small seeded generator (mulberry32): equal seeds, equal runs. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
