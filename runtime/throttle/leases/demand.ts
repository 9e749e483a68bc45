/** What callers would have used of this instance, were there no limit: requests by caller, admitted or not. */

import { DEMAND_CALLERS_MAX } from '../../../core/state/throttle-items.ts';
import { HeavyCallers } from '../heavy-callers.ts';

/** Callers that are counted apart: some more than are reported, so that the counts of those are exact or nearly so. */
const COUNTED_MAX = 4 * DEMAND_CALLERS_MAX;
/** A rate is not read from less time than this. */
const RATE_MS_MIN = 1000;

/** Requests a second. */
export interface DemandRates {
  readonly callers: Readonly<Record<string, number>>;
  readonly others: number;
}

export class Demand {
  readonly #counted = new HeavyCallers(COUNTED_MAX);
  #since: number;
  #last: ReadonlyMap<string, number> = new Map();
  #lastOthers = 0;

  /** @param now monotonic ms, here and below */
  constructor(now: number) {
    this.#since = now;
  }

  get isEmpty(): boolean {
    return this.#counted.total === 0;
  }

  add(caller: string, cost: number): void {
    this.#counted.add(caller, cost);
  }

  /** What was wanted since this was asked last, and counts anew. */
  take(now: number): DemandRates {
    const seconds = Math.max(RATE_MS_MIN, now - this.#since) / 1000;
    const named = this.#counted.heaviest(DEMAND_CALLERS_MAX);
    this.#last = new Map(named.map(({ caller, count }) => [caller, count / seconds]));
    const apart = named.reduce((sum, { count }) => sum + count, 0);
    this.#lastOthers = (this.#counted.total - apart) / seconds;
    this.#counted.clear();
    this.#since = now;
    return { callers: Object.fromEntries(this.#last), others: this.#lastOthers };
  }

  /** What the caller wants now: as in the last report, or by what came since where that is more. */
  rateOf(caller: string, now: number): number {
    const sinceS = Math.max(RATE_MS_MIN, now - this.#since) / 1000;
    return Math.max(this.#last.get(caller) ?? 0, this.#counted.countOf(caller) / sinceS);
  }

  /** What all callers wanted that the last report did not name. */
  get othersRate(): number {
    return this.#lastOthers;
  }
}
