/**
 * Additive increase, multiplicative decrease: one more for each limit's worth of good answers, a share less after
 * a sign of overload. Converges to fair shares among those who do the same (Chiu and Jain, 1989). For a service
 * that tells when it has too much: it turns requests away, lets them time out, or says how long they waited. The
 * wait at the gate is no such sign: it grows when the limit is too low, and a lower one would make it longer yet.
 */

import { InvalidInput, type Fault } from '../errors.ts';
import { bounded, BOUNDS_DEFAULT, isUsed, type Finished, type Limit, type LimitBounds } from './types.ts';

export interface AimdOptions extends LimitBounds {
  /** What is left of the limit after a decrease. Above 0, below 1. @default 0.9 */
  readonly backoff: number;
  /** A wait longer than this behind the gate means overload, in ms. @default 20 (DAGOR) */
  readonly behindMsMax: number;
  /** At most one decrease in this time, in ms: answers that were under way say nothing new. @default 100 */
  readonly decreaseEveryMs: number;
}

export const AIMD_DEFAULTS: AimdOptions = {
  ...BOUNDS_DEFAULT,
  backoff: 0.9,
  behindMsMax: 20,
  decreaseEveryMs: 100,
};

export interface AimdState {
  readonly limit: number;
  readonly decreasedAt: number;
}

/** Throws `invalid-input` for options that make no sense. */
export function aimd(options: Partial<AimdOptions> = {}): Limit<AimdState> {
  const chosen = { ...AIMD_DEFAULTS, ...options };
  check(chosen);
  const { start, backoff, decreaseEveryMs, behindMsMax } = chosen;
  const next = (
    state: AimdState,
    { dropped, behindMs = 0, inFlight }: Finished,
    nowMs: number,
  ): AimdState => {
    const { limit, decreasedAt } = state;
    if (dropped || behindMs > behindMsMax) {
      if (nowMs - decreasedAt < decreaseEveryMs) return state;
      return { limit: bounded(limit * backoff, chosen), decreasedAt: nowMs };
    }
    if (!isUsed(inFlight, limit)) return state;
    return { limit: bounded(limit + 1 / limit, chosen), decreasedAt };
  };
  return {
    initial: { limit: start, decreasedAt: Number.NEGATIVE_INFINITY },
    next,
    concurrency: ({ limit }) => Math.floor(limit),
  };
}

function check({ backoff, behindMsMax, decreaseEveryMs, ...bounds }: AimdOptions): void {
  const faults = [...boundsFaults(bounds)];
  const fault = (field: string, value: number, rule: string, fix: string): void =>
    void faults.push({ field, value, rule, fix });
  if (!(backoff > 0 && backoff < 1)) fault('backoff', backoff, 'must be above 0 and below 1', '0.9');
  if (!(behindMsMax > 0)) fault('behindMsMax', behindMsMax, 'must be above 0 ms', '20');
  if (!(decreaseEveryMs >= 0)) fault('decreaseEveryMs', decreaseEveryMs, 'must be 0 ms or more', '100');
  if (faults.length > 0) throw new InvalidInput('The concurrency limit', faults);
}

/** Every fault of the bounds of a limit. */
export function boundsFaults({ min, max, start }: LimitBounds): readonly Fault[] {
  const faults: Fault[] = [];
  if (!(Number.isInteger(min) && min >= 1)) {
    faults.push({ field: 'min', value: min, rule: 'must be a whole number of 1 or more', fix: '1' });
  }
  if (!(Number.isInteger(max) && max >= min)) {
    faults.push({ field: 'max', value: max, rule: 'must be a whole number, not below min', fix: '1000' });
  }
  if (!(start >= min && start <= max)) {
    faults.push({ field: 'start', value: start, rule: 'must lie between min and max', fix: 'min' });
  }
  return faults;
}
