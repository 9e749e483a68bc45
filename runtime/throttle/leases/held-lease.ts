/** A lease as one instance holds it: until when by its own monotonic clock, and what each caller may do under it. */

import type { ThrottleLeaseItem } from '../../../core/state/throttle-items.ts';
import type { Criticality } from '../../../core/shedding/index.ts';
import { BURST_MAX, PER_SECOND_MAX, SAFE_RATIO, type RateLimit } from '../../../core/throttle/index.ts';

/**
 * A rate limit has to be above 0. A caller whose share is nothing may send one request in 1000 s, which is less than
 * any capacity notices.
 */
export const PER_SECOND_MIN = 0.001;

export interface TakeUp {
  /** Now, by the monotonic clock and by the wall clock. */
  readonly now: number;
  readonly epochNow: number;
  /** When the report was made that it answers, monotonic: it was given after that. */
  readonly reportedAt: number;
}

export class HeldLease {
  readonly item: ThrottleLeaseItem;
  /** Monotonic ms. */
  readonly endsAt: number;
  /** What is to be added to monotonic ms for the date by the clock of whoever gave it, as near as one can tell. */
  readonly epochOffsetMs: number;
  readonly #callers: ReadonlyMap<string, number>;
  readonly #criticalities: ReadonlyMap<string, Criticality>;

  /**
   * Its end is written in epoch time. By this instance's wall clock that may be any time, so it is never later than
   * the lease's length after the report that it answers (F-20).
   */
  constructor(item: ThrottleLeaseItem, { now, epochNow, reportedAt }: TakeUp) {
    this.item = item;
    this.endsAt = Math.min(now + (item.until - epochNow), reportedAt + (item.until - item.at));
    // It was given after the report and before now: a wall clock that says otherwise is wrong.
    const latest = item.at + (now - reportedAt);
    this.epochOffsetMs = Math.min(latest, Math.max(item.at, epochNow)) - now;
    this.#callers = new Map(Object.entries(item.callers));
    this.#criticalities = new Map(Object.entries(item.criticalities));
  }

  names(caller: string): boolean {
    return this.#callers.has(caller);
  }

  /** Requests a second of a named caller, or of all the others together. After the end `SAFE_RATIO` of it. */
  rateOf(caller: string, now: number): number {
    const rate = this.#callers.get(caller) ?? this.item.others;
    return now < this.endsAt ? rate : rate * SAFE_RATIO;
  }

  limitOf(caller: string, now: number): RateLimit {
    return rateLimit(this.rateOf(caller, now), this.item.burstS);
  }

  criticalityOf(caller: string): Criticality {
    return this.#criticalities.get(caller) ?? this.item.othersCriticality;
  }
}

/** @param burstS seconds' worth of the rate that may come at once after a pause */
export function rateLimit(perSecond: number, burstS: number): RateLimit {
  const rate = Math.min(PER_SECOND_MAX, Math.max(PER_SECOND_MIN, perSecond));
  return { perSecond: rate, burst: Math.min(BURST_MAX, Math.floor(rate * burstS)) };
}
