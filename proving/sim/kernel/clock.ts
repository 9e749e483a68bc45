/**
 * Virtual time. Nothing happens between two events; at one instant they run in the order in which they were
 * asked for. After each event every promise that can go on goes on, so a run depends on its seed alone.
 */

import type { Clock as FunctionClock } from '../../../core/ports/index.ts';
import type { Clock as ClientClock } from '../../../runtime/ports.ts';

export type Cancel = () => void;

interface Event {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
  cancelled: boolean;
}

/** Where virtual time begins, epoch ms. */
export const START_MS = 1_800_000_000_000;

export class SimClock {
  #now = START_MS;
  #order = 0;
  readonly #heap: Event[] = [];

  /** Epoch ms. */
  now(): number {
    return this.#now;
  }

  /** Runs once at that time, or next of all when it has passed. */
  at(time: number, run: () => void): Cancel {
    this.#order += 1;
    const event: Event = { at: Math.max(time, this.#now), order: this.#order, run, cancelled: false };
    push(this.#heap, event);
    return () => {
      event.cancelled = true;
    };
  }

  after(ms: number, run: () => void): Cancel {
    return this.at(this.#now + Math.max(0, ms), run);
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.after(ms, resolve);
    });
  }

  /**
   * Runs every event up to that time and ends there. `afterEach` runs after each event, when everything that it
   * set going has come to rest; it ends the run early by returning false.
   * @returns how many events ran
   */
  async runUntil(time: number, afterEach: () => boolean = () => true): Promise<number> {
    let events = 0;
    await settle();
    for (let next = this.#heap[0]; next !== undefined && next.at <= time; next = this.#heap[0]) {
      pop(this.#heap);
      if (next.cancelled) continue;
      this.#now = next.at;
      next.run();
      await settle();
      events += 1;
      if (!afterEach()) return events;
    }
    this.#now = Math.max(this.#now, time);
    return events;
  }

  /** The clock that handlers and their ports get. */
  forFunctions(): FunctionClock {
    return {
      now: () => this.#now,
      monotonic: () => this.#now - START_MS,
      sleep: (ms) => this.sleep(ms),
    };
  }

  /** The clock that the pools get. */
  forClients(): ClientClock {
    return {
      now: () => this.#now - START_MS,
      epoch: () => this.#now,
      after: (ms, wake) => this.after(ms, wake),
    };
  }
}

/** A turn of the host's loop: all promises that can go on have gone on. No time passes and nothing is read. */
function settle(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

function isBefore(a: Event, b: Event): boolean {
  return a.at === b.at ? a.order < b.order : a.at < b.at;
}

function push(heap: Event[], event: Event): void {
  heap.push(event);
  for (let child = heap.length - 1; child > 0;) {
    const parent = (child - 1) >> 1;
    if (!isBefore(heap[child]!, heap[parent]!)) return;
    swap(heap, child, parent);
    child = parent;
  }
}

function pop(heap: Event[]): void {
  swap(heap, 0, heap.length - 1);
  heap.pop();
  for (let parent = 0; ;) {
    let first = parent;
    for (const child of [2 * parent + 1, 2 * parent + 2]) {
      if (child < heap.length && isBefore(heap[child]!, heap[first]!)) first = child;
    }
    if (first === parent) return;
    swap(heap, parent, first);
    parent = first;
  }
}

function swap(heap: Event[], a: number, b: number): void {
  const event = heap[a]!;
  heap[a] = heap[b]!;
  heap[b] = event;
}
