/** The log of a run's cache tier, and how often something rare came about. */

import type { SimClock } from '../kernel/index.ts';
import type { CacheEvent } from './view.ts';

type Plain<Event> = Event extends unknown ? Omit<Event, 'order' | 'at'> : never;

export class CacheLog {
  readonly events: CacheEvent[] = [];
  readonly rare: (name: string) => void;
  readonly #clock: SimClock;

  constructor(clock: SimClock, rare: (name: string) => void) {
    this.#clock = clock;
    this.rare = rare;
  }

  /** The order of the next event. */
  get order(): number {
    return this.events.length;
  }

  add(event: Plain<CacheEvent>): void {
    this.events.push({ ...event, order: this.order, at: this.#clock.now() });
  }
}
