/** One direction of a connection: whatever passes arrives in the order it was sent in, at once, later, or not yet. */

import type { NetworkEffect } from './rule.ts';

interface Waiting {
  readonly arrive: () => void;
  /** On the monotonic clock, ms; infinite while nothing arrives. */
  dueAt: number;
}

/** Timers count whole milliseconds and may be early by a part of one. */
const TIMER_ROUNDING_MS = 0.5;

export class Passage {
  private effect: NetworkEffect | null = null;
  private waiting: Waiting[] = [];
  private timer: NodeJS.Timeout | undefined;

  /** True while what is sent does not arrive at once. */
  get holds(): boolean {
    return this.effect !== null || this.waiting.length > 0;
  }

  /** Sends something: `arrive` is called when it is there. */
  send(arrive: () => void): void {
    if (!this.holds) arrive();
    else {
      this.waiting.push({ arrive, dueAt: this.dueAt() });
      this.schedule();
    }
  }

  /** Holds for what is under way, too. What was held for good arrives now, or after the new delay. */
  setEffect(effect: NetworkEffect | null): void {
    this.effect = effect;
    const dueAt = this.dueAt();
    for (const one of this.waiting) {
      const wasDropped = one.dueAt === Number.POSITIVE_INFINITY;
      if (effect?.kind !== 'delay' || wasDropped) one.dueAt = dueAt;
    }
    this.schedule();
  }

  private dueAt(): number {
    if (this.effect?.kind === 'drop') return Number.POSITIVE_INFINITY;
    return performance.now() + (this.effect?.ms ?? 0);
  }

  private schedule(): void {
    clearTimeout(this.timer);
    const now = performance.now() + TIMER_ROUNDING_MS;
    for (let head = this.waiting[0]; head !== undefined && head.dueAt <= now; head = this.waiting[0]) {
      this.waiting.shift();
      head.arrive();
    }
    const next = this.waiting[0];
    if (next === undefined || next.dueAt === Number.POSITIVE_INFINITY) return;
    this.timer = setTimeout(() => this.schedule(), Math.max(1, Math.ceil(next.dueAt - performance.now())));
  }
}
