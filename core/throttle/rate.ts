/** A rate limit as a person writes it, and what is wrong with one. */

import type { Fault } from '../errors.ts';

export interface RateLimit {
  /** Requests a second that are admitted for as long as one likes. Above 0, at most 1,000,000. */
  readonly perSecond: number;
  /** Requests beyond the rate that may come at once after a pause. A whole number, 0 or more. */
  readonly burst: number;
}

export const PER_SECOND_MAX = 1_000_000;
export const BURST_MAX = 1_000_000;

/** Every fault of the limit; none when it can be used. `field` is its path as the user wrote it. */
export function rateFaults(field: string, { perSecond, burst }: RateLimit): readonly Fault[] {
  const faults: Fault[] = [];
  if (!(perSecond > 0 && perSecond <= PER_SECOND_MAX)) {
    faults.push({
      field: `${field}.perSecond`,
      value: perSecond,
      rule: `must be above 0 and at most ${PER_SECOND_MAX} requests a second`,
      fix: 'give a rate, or leave the caller out to give it the default',
    });
  }
  if (!(Number.isSafeInteger(burst) && burst >= 0 && burst <= BURST_MAX)) {
    faults.push({
      field: `${field}.burst`,
      value: burst,
      rule: `must be a whole number of requests from 0 to ${BURST_MAX}`,
      fix: '0 for none',
    });
  }
  return faults;
}
