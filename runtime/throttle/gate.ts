/**
 * Enforces a limit of concurrency that something else computes. What finds no place waits, in the order of its
 * rank: under overload the queue keeps those that matter most and sheds the others, whatever the limit does. The
 * queue is as long as what can begin in time, and that time is short once there is overload: a burst is borne, a
 * lasting overload is not queued (Maurer, "Fail at Scale", ACM Queue 2015, after CoDel). Nobody is
 * begun who cannot end before its deadline.
 */

import type { Limit } from '../../core/limits/index.ts';
import { isWorthDoing, WaitingList, type QueueView } from '../../core/shedding/index.ts';
import type { Cancel, Clock } from '../ports.ts';

export interface GateLimits {
  /** Requests that may wait, 1 or more. @default 1000 */
  readonly waitersMax: number;
  /** Nobody waits longer, in ms. @default 500 */
  readonly waitMsMax: number;
  /** Nobody waits longer under overload, in ms. @default 300 */
  readonly overloadWaitMsMax: number;
  /** Under overload the newest among equals goes first if the oldest waits longer than this, in ms. @default 200 */
  readonly newestFirstMs: number;
}

export const GATE_DEFAULTS: GateLimits = {
  waitersMax: 1000,
  waitMsMax: 500,
  overloadWaitMsMax: 300,
  newestFirstMs: 200,
};

/** The right to work; `leave` it once. */
export interface Place {
  readonly queueMs: number;
  leave(result: Left): void;
}

export interface Left {
  /** The work timed out, or what is behind said that it has too much. */
  readonly dropped: boolean;
  /** How long it waited behind the gate, where the service behind tells. @default - not told */
  readonly behindMs?: number;
}

export type Entered =
  { readonly place: Place } | { readonly refused: 'shed' | 'queue-full' | 'deadline-passed' };

export interface GateStatus {
  readonly inFlight: number;
  readonly waiting: number;
  readonly limit: number;
}

interface Waiter {
  readonly rank: number;
  readonly since: number;
  readonly deadlineAt: number;
  readonly settle: (entered: Entered) => void;
}

/** Weights of a new service time in the average that says what work takes: good news is believed sooner. */
const SLOWER_WEIGHT = 0.05;
const FASTER_WEIGHT = 0.25;

export class Gate<State = unknown> {
  readonly #clock: Clock;
  readonly #limit: Limit<State>;
  readonly #limits: GateLimits;
  readonly #isOverloaded: () => boolean;
  readonly #waiters = new WaitingList<Waiter>();
  #state: State;
  #inFlight = 0;
  #expectedMs = 0;

  /** @param isOverloaded asked at each decision; without it the gate knows bursts only */
  constructor(
    clock: Clock,
    limit: Limit<State>,
    limits: Partial<GateLimits> = {},
    isOverloaded: () => boolean = () => false,
  ) {
    this.#isOverloaded = isOverloaded;
    this.#clock = clock;
    this.#limit = limit;
    this.#limits = { ...GATE_DEFAULTS, ...limits };
    this.#state = limit.initial;
  }

  /**
   * Settles when a place is free, or when it is clear that none will be in time.
   * @param deadlineAt monotonic ms
   * @param rank its place in the order of shedding; lower is better
   */
  enter(deadlineAt: number, rank = 0): Promise<Entered> {
    const now = this.#clock.now();
    if (!this.#isWorthDoing(now, deadlineAt)) {
      return Promise.resolve({ refused: 'deadline-passed' });
    }
    if (this.#waiters.length === 0 && this.#hasPlace())
      return Promise.resolve({ place: this.#begin(now, now) });
    const room = this.#room();
    while (this.#waiters.length > room) this.#waiters.worst!.settle({ refused: 'shed' });
    const worst = this.#waiters.worst;
    if (this.#waiters.length === room && worst !== undefined) {
      if (rank >= worst.rank) {
        return Promise.resolve({ refused: rank > worst.rank ? 'shed' : 'queue-full' });
      }
      worst.settle({ refused: 'shed' });
    }
    return this.#wait(now, deadlineAt, rank);
  }

  queue(): QueueView {
    const waiting = this.#waiters.length;
    return { waiting, isFree: waiting === 0 && this.#hasPlace() };
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

  /** With nothing at work nobody knows how long work takes now: one is let in to find out. */
  #isWorthDoing(now: number, deadlineAt: number): boolean {
    return isWorthDoing(now, deadlineAt, this.#inFlight === 0 ? 0 : this.#expectedMs);
  }

  #waitMsMax(): number {
    return this.#isOverloaded() ? this.#limits.overloadWaitMsMax : this.#limits.waitMsMax;
  }

  /** As many as can begin before they have waited too long; 1 or more. */
  #room(): number {
    const inTime = (this.#limit.concurrency(this.#state) * this.#waitMsMax()) / Math.max(1, this.#expectedMs);
    return Math.max(1, Math.min(this.#limits.waitersMax, Math.ceil(inTime)));
  }

  #wait(since: number, deadlineAt: number, rank: number): Promise<Entered> {
    return new Promise((resolve) => {
      let cancel: Cancel = () => {};
      const waiter: Waiter = {
        rank,
        since,
        deadlineAt,
        settle: (entered) => {
          cancel();
          this.#waiters.remove(waiter);
          resolve(entered);
        },
      };
      const uselessAt = deadlineAt - this.#expectedMs;
      const tooLongAt = since + this.#waitMsMax();
      const refused = uselessAt <= tooLongAt ? 'deadline-passed' : 'queue-full';
      this.#waiters.add(waiter);
      cancel = this.#clock.after(Math.min(uselessAt, tooLongAt) - since, () => waiter.settle({ refused }));
    });
  }

  /** Who did not wait has waited 0, not the time between two looks at the clock: limits take more for a queue. */
  #begin(since: number, beganAt: number): Place {
    const queueMs = beganAt - since;
    this.#inFlight += 1;
    const inFlight = this.#inFlight;
    let isLeft = false;
    return {
      queueMs,
      leave: (left) => {
        if (isLeft) return;
        isLeft = true;
        this.#inFlight -= 1;
        const now = this.#clock.now();
        const serviceMs = now - beganAt;
        const weight = serviceMs < this.#expectedMs ? FASTER_WEIGHT : SLOWER_WEIGHT;
        this.#expectedMs += (serviceMs - this.#expectedMs) * weight;
        this.#state = this.#limit.next(this.#state, { serviceMs, queueMs, inFlight, ...left }, now);
        this.#admitWaiters(now);
      },
    };
  }

  #admitWaiters(now: number): void {
    const newestFirstMs = this.#isOverloaded() ? this.#limits.newestFirstMs : Number.POSITIVE_INFINITY;
    while (this.#hasPlace()) {
      const next = this.#waiters.best(now, newestFirstMs);
      if (next === undefined) return;
      if (this.#isWorthDoing(now, next.deadlineAt)) {
        next.settle({ place: this.#begin(next.since, now) });
      } else next.settle({ refused: 'deadline-passed' });
    }
  }
}
