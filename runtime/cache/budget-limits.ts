/** What may be tuned of the read budget of one process, and the defaults. */

import { type Fault, InvalidInput } from '../../core/errors.ts';

export interface ReadBudgetLimits {
  /** Loads at work at once, at most: the limiter goes as far as the measured latency allows. @default 64 */
  readonly concurrencyMax: number;
  /** Loads that begin within any second, at most. A whole number. @default 1000 */
  readonly loadsPerSecond: number;
  /** Loads that wait for a place, at most. 0: nobody waits. @default 1000 */
  readonly waitersMax: number;
  /** Nobody waits longer, in ms. @default 500 */
  readonly waitMs: number;
  /** Once the oldest of a class has waited longer than this, the newest goes first, in ms. @default 200 */
  readonly newestFirstMs: number;
  /** A load without an end for so long has failed and gives its place back, in ms. @default 10 000 */
  readonly loadMs: number;
}

export const READ_BUDGET_DEFAULTS: ReadBudgetLimits = {
  concurrencyMax: 64,
  loadsPerSecond: 1000,
  waitersMax: 1000,
  waitMs: 500,
  newestFirstMs: 200,
  loadMs: 10_000,
};

const LEAST: Readonly<Record<keyof ReadBudgetLimits, number>> = {
  concurrencyMax: 1,
  loadsPerSecond: 1,
  waitersMax: 0,
  waitMs: 0,
  newestFirstMs: 0,
  loadMs: 1,
};

/** The limits with their defaults. @throws InvalidInput for one that makes no sense */
export function budgetLimits(given: Partial<ReadBudgetLimits>): ReadBudgetLimits {
  const limits = { ...READ_BUDGET_DEFAULTS, ...given };
  const faults = Object.entries(LEAST).flatMap(([name, least]): Fault[] => {
    const field = name as keyof ReadBudgetLimits;
    const value = limits[field];
    if (Number.isSafeInteger(value) && value >= least) return [];
    const fix = `leave it out for ${READ_BUDGET_DEFAULTS[field]}`;
    return [{ field, value, rule: `must be a whole number of ${least} or more`, fix }];
  });
  if (faults.length > 0) throw new InvalidInput('The read budget', faults);
  return limits;
}
