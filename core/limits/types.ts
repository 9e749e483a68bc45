/** What computes a limit of concurrency; what enforces it is a gate of its own. */

/** One finished request, as the place that ran it saw it. Times in ms. */
export interface Finished {
  /** From the start of the work to its end; the wait at the gate does not count. */
  readonly serviceMs: number;
  /** The wait at the gate: above 0, the limit itself held somebody back. Says nothing of what is behind it. */
  readonly queueMs: number;
  /** Requests at work when this one began, itself included. */
  readonly inFlight: number;
  /** It timed out or was turned away by the service behind: too much was asked of it. */
  readonly dropped: boolean;
  /** How long it waited behind the gate, where the service behind tells. @default - not told */
  readonly behindMs?: number;
}

/** A limit is a value that each finished request may move: pure, so that it can be replayed. */
export interface Limit<State> {
  readonly initial: State;
  next(state: State, finished: Finished, nowMs: number): State;
  /** Requests that may be at work at once: a whole number, 1 or more. */
  concurrency(state: State): number;
}

export interface LimitBounds {
  /** @default 1 */
  readonly min: number;
  /** @default 1000 */
  readonly max: number;
  /** @default 20 */
  readonly start: number;
}

export const BOUNDS_DEFAULT: LimitBounds = { min: 1, max: 1000, start: 20 };

export function bounded(limit: number, { min, max }: LimitBounds): number {
  return Math.min(max, Math.max(min, limit));
}

/** A limit that is not used says nothing about what would happen above it, so it does not grow. */
export function isUsed(inFlight: number, limit: number): boolean {
  return inFlight * 2 >= limit;
}
