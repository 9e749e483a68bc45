/** A clock that steps is no ground to act on (I-32): dates of evidence and of leases are then worth nothing. */

/** A step of this size or more, forward against the monotonic clock, is a fault. */
export const STEP_MS_MAX = 2000;
/** How long nothing is done after a step. */
export const QUIET_MS = 30_000;

export interface Reading {
  readonly wallMs: number;
  readonly monotonicMs: number;
}

export type ClockState =
  | { readonly state: 'steady'; readonly last: Reading }
  | { readonly state: 'stepped'; readonly last: Reading; readonly quietUntilMonotonicMs: number };

export function startClock(reading: Reading): ClockState {
  return { state: 'steady', last: reading };
}

/** Compares two readings of one process: the wall clock may neither go back nor run ahead by 2 s or more. */
export function readClock(clock: ClockState, reading: Reading): ClockState {
  const wall = reading.wallMs - clock.last.wallMs;
  const step = wall - (reading.monotonicMs - clock.last.monotonicMs);
  if (wall < 0 || step >= STEP_MS_MAX || step <= -STEP_MS_MAX) {
    return { state: 'stepped', last: reading, quietUntilMonotonicMs: reading.monotonicMs + QUIET_MS };
  }
  if (clock.state === 'stepped' && reading.monotonicMs < clock.quietUntilMonotonicMs) {
    return { ...clock, last: reading };
  }
  return { state: 'steady', last: reading };
}
