/**
 * Enforces a limit of concurrency that something else computes. What finds no place waits: first come, first
 * served while the wait is short; newest first once it is not, since the oldest will be given up by then anyway
 * (Maurer, "Fail at Scale", ACM Queue 2015: adaptive LIFO). Nobody is begun who cannot end before its deadline.
 */

import type { Limit } from '../../core/limits/index.ts';
import { isWorthDoing } from '../../core/shedding/index.ts';
import type { Cancel, Clock } from '../ports.ts';

export interface GateLimits {
  /** Requests that may wait, 1 or more. @default 1000 */
  readonly waitersMax: number;
  /** Nobody waits longer, in ms. @default 500 */
  readonly waitMsMax: number;
  /** Once the oldest waits longer than this, in ms, the newest goes first. @default 20 */
  readonly newestFirstMs: number;
}

export const GATE_DEFAULTS: GateLimits = { waitersMax: 1000, waitMsMax: 500, newestFirstMs: 20 };

/** The right to work; `leave` it once. */
export interface Place {
  readonly queueMs: number;
  leave(result: { readonly dropped: boolean }): void;
}

export type Entered =
  | { readonly place: Place }
  /** `queueMs`: what the wait is now, as a sign of overload; null where it says nothing of that. */
  | { readonly refused: 'queue-full' | 'deadline-passed'; readonly queueMs: number | null };

export interface GateStatus {
  readonly inFlight: number;
  readonly waiting: number;
  readonly limit: number;
}

interface Waiter {
  readonly since: number;
  readonly deadlineAt: number;
  readonly settle: (entered: Entered) => void;
}

/** Weight of a new service time in the average that says what work usually takes. */
const EXPECTED_WEIGHT = 0.05;

export class Gate<State = unknown> {
  readonly #clock: Clock;
  readonly #limit: Limit<State>;
  readonly #limits: GateLimits;
  readonly #waiters: Waiter[] = [];
  #state: State;
  #inFlight = 0;
  #expectedMs = 0;

  constructor(clock: Clock, limit: Limit<State>, limits: Partial<GateLimits> = {}) {
    this.#clock = clock;
    this.#limit = limit;
    this.#limits = { ...GATE_DEFAULTS, ...limits };
    this.#state = limit.initial;
  }

  /** Settles when a place is free, or when it is clear that none will be in time. `deadlineAt` is monotonic ms. */
  enter(deadlineAt: number): Promise<Entered> {
    const now = this.#clock.now();
    if (!isWorthDoing(now, deadlineAt, this.#expectedMs)) {
      return Promise.resolve({ refused: 'deadline-passed', queueMs: null });
    }
    if (this.#waiters.length === 0 && this.#hasPlace()) return Promise.resolve({ place: this.#begin(now) });
    if (this.#waiters.length >= Math.max(1, this.#limits.waitersMax)) {
      return Promise.resolve({ refused: 'queue-full', queueMs: now - this.#waiters[0]!.since });
    }
    return this.#wait(now, deadlineAt);
  }

  describe(): GateStatus {
    return {
      inFlight: this.#inFlight,
      waiting: this.#waiters.length,
      limit: this.#limit.concurrency(this.#state),
    };
  }

  #hasPlace(): boolean {
    return this.#inFlight < this.#limit.concurrency(this.#state);
  }

  #wait(since: number, deadlineAt: number): Promise<Entered> {
    return new Promise((resolve) => {
      let cancel: Cancel = () => {};
      const waiter: Waiter = {
        since,
        deadlineAt,
        settle: (entered) => {
          cancel();
          const at = this.#waiters.indexOf(waiter);
          if (at >= 0) this.#waiters.splice(at, 1);
          resolve(entered);
        },
      };
      this.#waiters.push(waiter);
      const uselessAt = deadlineAt - this.#expectedMs;
      const tooLongAt = since + this.#limits.waitMsMax;
      const refused = uselessAt <= tooLongAt ? 'deadline-passed' : 'queue-full';
      const waitMs = Math.min(uselessAt, tooLongAt) - since;
      cancel = this.#clock.after(waitMs, () => waiter.settle({ refused, queueMs: waitMs }));
    });
  }

  #begin(since: number): Place {
    const beganAt = this.#clock.now();
    const queueMs = beganAt - since;
    this.#inFlight += 1;
    const inFlight = this.#inFlight;
    let isLeft = false;
    return {
      queueMs,
      leave: ({ dropped }) => {
        if (isLeft) return;
        isLeft = true;
        this.#inFlight -= 1;
        const now = this.#clock.now();
        const serviceMs = now - beganAt;
        this.#expectedMs += (serviceMs - this.#expectedMs) * EXPECTED_WEIGHT;
        this.#state = this.#limit.next(this.#state, { serviceMs, queueMs, inFlight, dropped }, now);
        this.#admitWaiters(now);
      },
    };
  }

  #admitWaiters(now: number): void {
    while (this.#waiters.length > 0 && this.#hasPlace()) {
      const oldest = this.#waiters[0]!;
      const isLong = now - oldest.since > this.#limits.newestFirstMs;
      const next = isLong ? this.#waiters.at(-1)! : oldest;
      if (isWorthDoing(now, next.deadlineAt, this.#expectedMs))
        next.settle({ place: this.#begin(next.since) });
      else next.settle({ refused: 'deadline-passed', queueMs: now - next.since });
    }
  }
}
