/** Virtual time for many thousands of requests: a heap of timers, and promises that are let run in between. */

import type { Cancel, Clock } from '../../../../runtime/ports.ts';

interface Timer {
  readonly at: number;
  readonly order: number;
  wake: (() => void) | null;
}

/** Turns of the microtask queue after which whatever a timer began stands still: the throttle needs eight. */
const TURNS = 12;

export class EventClock implements Clock {
  #now = 0;
  #order = 0;
  readonly #heap: Timer[] = [];

  now(): number {
    return this.#now;
  }

  epoch(): number {
    return 1_800_000_000_000 + this.#now;
  }

  after(ms: number, wake: () => void): Cancel {
    const timer: Timer = { at: this.#now + Math.max(0, ms), order: (this.#order += 1), wake };
    this.#push(timer);
    return () => void (timer.wake = null);
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.after(ms, resolve);
    });
  }

  async runUntil(end: number): Promise<void> {
    await settle();
    for (let next = this.#heap[0]; next !== undefined && next.at <= end; next = this.#heap[0]) {
      this.#pop();
      if (next.wake === null) continue;
      this.#now = next.at;
      next.wake();
      await settle();
    }
    this.#now = end;
  }

  #push(timer: Timer): void {
    const heap = this.#heap;
    let at = heap.push(timer) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (!isBefore(timer, heap[above]!)) break;
      heap[at] = heap[above]!;
      at = above;
    }
    heap[at] = timer;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= heap.length) break;
      if (below + 1 < heap.length && isBefore(heap[below + 1]!, heap[below]!)) below += 1;
      if (!isBefore(heap[below]!, last)) break;
      heap[at] = heap[below]!;
      at = below;
    }
    heap[at] = last;
  }
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn += 1) await Promise.resolve();
}

function isBefore(one: Timer, other: Timer): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order);
}
