/**
 * The limiter of one process: a rate limit for each caller, in bounded memory.
 *
 * A caller whose time has passed is like one that was never seen, so its place can be given away without anybody
 * gaining a request. When every place that is looked at is in use, further callers share one limit: whoever forges
 * names without end ends up there and takes nothing from the callers that have a place (SEC-17).
 */

import { InvalidInput } from '../errors.ts';
import { admitNs, gcraOf, NEVER_SEEN, remaining, underLimitNs, waitNs, type Gcra } from './gcra.ts';
import { rateFaults, type RateLimit } from './rate.ts';

export interface CallerTableOptions {
  /** The limit of a caller. Asked once for each caller that gets a place. */
  limitOf(caller: string): RateLimit;
  /** The limit that callers without a place share. */
  readonly shared: RateLimit;
  /** Places: callers that are told apart at one time. @default 100 000 */
  readonly callersMax?: number;
}

export interface CallerTableCounts {
  readonly callers: number;
  /** Places that were given to another caller. */
  readonly replaced: number;
  /** Decisions for callers without a place. */
  readonly withoutPlace: number;
}

export const CALLERS_MAX_DEFAULT = 100_000;
/** Places looked at for one whose caller's time has passed. */
const LOOK_AT = 16;
const NS_PER_MS = 1e6;
/** Numbers of a place, side by side so that one look at memory brings them all. */
const TAT = 0;
const INTERVAL = 1;
const TOLERANCE = 2;
const NUMBERS = 4;

export class CallerTable {
  readonly #limitOf: (caller: string) => RateLimit;
  readonly #callersMax: number;
  readonly #places = new Map<string, number>();
  readonly #names: string[] = [];
  /** For each place the theoretical arrival time and the limit; the one behind the last is of those without a place. */
  readonly #numbers: Float64Array;
  #originMs = Number.NaN;
  #latestNs = 0;
  #hand = 0;
  #replaced = 0;
  #withoutPlace = 0;

  /** Throws `invalid-input` for a shared limit or a number of places that makes no sense. */
  constructor({ limitOf, shared, callersMax = CALLERS_MAX_DEFAULT }: CallerTableOptions) {
    const faults = [...rateFaults('shared', shared)];
    if (!(Number.isSafeInteger(callersMax) && callersMax > 0)) {
      faults.push({
        field: 'callersMax',
        value: callersMax,
        rule: 'must be a whole number of callers above 0',
        fix: `leave it out for ${CALLERS_MAX_DEFAULT}`,
      });
    }
    if (faults.length > 0) throw new InvalidInput('The limiter', faults);
    this.#limitOf = limitOf;
    this.#callersMax = callersMax;
    this.#numbers = new Float64Array((callersMax + 1) * NUMBERS);
    this.#setLimit(callersMax, gcraOf(shared));
  }

  /**
   * Decides one request.
   * @param nowMs monotonic; a clock that steps back is taken to stand still
   * @param cost whole number of requests that it counts for
   * @returns 0 when it is admitted; else after how many ms it would be, Infinity when never
   */
  take(caller: string, nowMs: number, cost = 1): number {
    const nowNs = this.#nanoseconds(nowMs);
    const place = this.#places.get(caller) ?? this.#placeFor(caller, nowNs);
    const limit = this.#limitAt(place);
    const tatNs = this.#tatAt(place);
    const wait = waitNs(tatNs, nowNs, limit, cost);
    if (wait > 0) return wait / NS_PER_MS;
    this.#numbers[place * NUMBERS + TAT] = admitNs(tatNs, nowNs, limit, cost);
    return 0;
  }

  /** What is left of the caller's limit now: for a header, not for a decision. */
  remaining(caller: string, nowMs: number): number {
    const nowNs = this.#nanoseconds(nowMs);
    const place = this.#places.get(caller);
    if (place === undefined) return remaining(NEVER_SEEN, nowNs, gcraOf(this.#limitOf(caller)));
    return remaining(this.#tatAt(place), nowNs, this.#limitAt(place));
  }

  /**
   * Asks for every caller's limit again. What each has used of the old one still counts.
   * @param nowMs monotonic @default - the time of the last decision
   */
  refresh(nowMs?: number): void {
    const nowNs = nowMs === undefined ? this.#latestNs : this.#nanoseconds(nowMs);
    for (const [place, name] of this.#names.entries()) {
      const limit = gcraOf(this.#limitOf(name));
      const tatNs = underLimitNs(this.#tatAt(place), nowNs, this.#limitAt(place), limit);
      this.#numbers[place * NUMBERS + TAT] = tatNs;
      this.#setLimit(place, limit);
    }
  }

  describe(): CallerTableCounts {
    return { callers: this.#places.size, replaced: this.#replaced, withoutPlace: this.#withoutPlace };
  }

  /** Nanoseconds since the first decision: whole, and small enough to be exact in a double for 100 days. */
  #nanoseconds(nowMs: number): number {
    if (Number.isNaN(this.#originMs)) this.#originMs = nowMs;
    this.#latestNs = Math.max(this.#latestNs, Math.floor((nowMs - this.#originMs) * NS_PER_MS));
    return this.#latestNs;
  }

  #tatAt(place: number): number {
    return this.#numbers[place * NUMBERS + TAT]!;
  }

  #limitAt(place: number): Gcra {
    const at = place * NUMBERS;
    return { intervalNs: this.#numbers[at + INTERVAL]!, toleranceNs: this.#numbers[at + TOLERANCE]! };
  }

  #setLimit(place: number, { intervalNs, toleranceNs }: Gcra): void {
    this.#numbers[place * NUMBERS + INTERVAL] = intervalNs;
    this.#numbers[place * NUMBERS + TOLERANCE] = toleranceNs;
  }

  #placeFor(caller: string, nowNs: number): number {
    const free = this.#names.length < this.#callersMax ? this.#names.length : this.#passed(nowNs);
    if (free === null) {
      this.#withoutPlace += 1;
      return this.#callersMax;
    }
    const before = this.#names[free];
    if (before !== undefined) {
      this.#places.delete(before);
      this.#replaced += 1;
    }
    this.#names[free] = caller;
    this.#setLimit(free, gcraOf(this.#limitOf(caller)));
    this.#numbers[free * NUMBERS + TAT] = NEVER_SEEN;
    this.#places.set(caller, free);
    return free;
  }

  /** A place whose caller's time has passed, so that nothing is forgotten with it; null when none is in sight. */
  #passed(nowNs: number): number | null {
    for (let look = 0; look < LOOK_AT; look += 1) {
      this.#hand = (this.#hand + 1) % this.#callersMax;
      if (this.#tatAt(this.#hand) <= nowNs) return this.#hand;
    }
    return null;
  }
}
