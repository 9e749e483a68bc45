/**
 * One caller of the throttled service: an open loop of requests, each sent to the next instance in turn. Callers
 * with a budget retry as the runtime does; those without, in a storm, try again at once and again.
 */

import { RETRY_DEFAULTS, RetryBudget } from '../../../core/pools/index.ts';
import { START_MS, type Cancel, type Random, type SimClock } from '../kernel/index.ts';
import type { Answer, Asked } from './instance.ts';
import type { CallerSite } from './site.ts';
import type { RequestEnd, Tally } from './tally.ts';

/** Nobody waits longer for an answer, retries included. */
export const DEADLINE_MS = 1500;
/** Both ways through the network. */
export const NETWORK_MS = 2;

/** The instances as a client sees them. */
export interface Front {
  readonly instances: readonly Target[];
}

export interface Target {
  readonly isReachable: boolean;
  ask(asked: Asked, answer: (answer: Answer) => void): void;
}

/** Whether, and how, a caller tries again. */
export type RetryHabit = 'budget' | 'storm' | 'without-budget';

export interface CallerOptions {
  readonly site: CallerSite;
  readonly clock: SimClock;
  readonly random: Random;
  readonly front: Front;
  readonly tally: Tally;
  /** Requests a second now; asked before each. */
  rate(): number;
  habit(): RetryHabit;
  /** Told of every further attempt in a storm. */
  onStorm(): void;
}

/** A request comes this share of the mean time after the one before. */
const SPACING = { min: 0.7, max: 1.3 } as const;
/** The load is looked at again at least so often. */
const LOOK_MS = 500;
const USERS = 16;
const BACKOFF_MS = { min: 20, max: 60 } as const;
/** In a storm: attempts of one request, and the time between two of them. */
const STORM = { attempts: 5, ms: 10 } as const;

interface Request {
  readonly startedAt: number;
  readonly user: string;
  readonly habit: RetryHabit;
  attempts: number;
  isOver: boolean;
}

export class Caller {
  readonly #options: CallerOptions;
  readonly #budget = new RetryBudget(RETRY_DEFAULTS);
  #count = 0;
  #turn: number;
  /** When the next request is due, to the fraction of a millisecond. */
  #at: number;

  constructor(options: CallerOptions) {
    this.#options = options;
    this.#turn = options.random.between(0, 1000);
    this.#at = options.clock.now();
    this.#next(options.random.next());
  }

  /** @param owed the part of a request that is still to pass before the next is sent */
  #next(owed: number): void {
    const { clock, random, rate } = this.#options;
    const meanMs = 1000 / rate();
    const ms = Math.min(owed * meanMs, LOOK_MS);
    this.#at += ms;
    clock.at(Math.round(this.#at), () => {
      const left = owed - ms / meanMs;
      if (left > 1e-9) return this.#next(left);
      this.#begin();
      this.#next(SPACING.min + (SPACING.max - SPACING.min) * random.next());
    });
  }

  #begin(): void {
    const { clock, site, habit } = this.#options;
    this.#count += 1;
    const user = `${site.name}-user-${this.#count % USERS}`;
    const request = { startedAt: clock.now(), user, habit: habit(), attempts: 0, isOver: false };
    this.#budget.request(clock.now() - START_MS);
    const cancel = clock.after(DEADLINE_MS, () => this.#end(request, 'late', () => undefined));
    this.#send(request, cancel);
  }

  #send(request: Request, cancel: Cancel): void {
    const { clock, site } = this.#options;
    request.attempts += 1;
    const left = request.startedAt + DEADLINE_MS - clock.now();
    const asked = {
      caller: site.name,
      user: request.user,
      criticality: site.criticality,
      deadlineMs: Math.max(1, left - NETWORK_MS),
    };
    this.#target().ask(asked, (answer) => {
      if (request.isOver) return;
      const end = answer.kind === 'refused' ? answer.reason : answer.kind;
      if (end === 'answered' || !this.#again(request, answer, cancel)) this.#end(request, end, cancel);
    });
  }

  /** Takes the next instance in turn; one that refuses connections only when there is no other. */
  #target(): Target {
    const { instances } = this.#options.front;
    for (let look = 0; look < instances.length; look += 1) {
      this.#turn += 1;
      const target = instances[this.#turn % instances.length]!;
      if (target.isReachable) return target;
    }
    return instances[this.#turn % instances.length]!;
  }

  /** @returns whether it is tried again */
  #again(request: Request, answer: Answer, cancel: Cancel): boolean {
    const { clock, random, onStorm } = this.#options;
    const again = (ms: number): boolean => {
      clock.after(ms, () => request.isOver || this.#send(request, cancel));
      return true;
    };
    const { habit, attempts } = request;
    if (habit === 'storm') {
      if (attempts >= STORM.attempts) return false;
      onStorm();
      return again(STORM.ms);
    }
    const ms = random.between(BACKOFF_MS.min, BACKOFF_MS.max) * attempts;
    if (habit === 'without-budget') return again(ms);
    // The service has said when to come again, and by then nobody wants the answer.
    const left = request.startedAt + DEADLINE_MS - clock.now();
    if (answer.kind === 'refused' && answer.retryAfterMs >= left) return false;
    return this.#budget.take(attempts, clock.now() - START_MS) && again(ms);
  }

  #end(request: Request, end: RequestEnd, cancel: Cancel): void {
    if (request.isOver) return;
    request.isOver = true;
    cancel();
    const { clock, site, tally } = this.#options;
    const { startedAt, attempts } = request;
    const latencyMs = clock.now() - startedAt + NETWORK_MS;
    tally.ended({ caller: site.name, startedAt, attempts, end, latencyMs });
  }
}
