/**
 * The read budget of a database, as far as this process spends it: every load behind a miss needs a place in it. How
 * many loads are at work at once follows the latency of loads; how many begin in a second is capped. Who finds no
 * place waits, and not for long; the lowest class goes first.
 */

import {
  begun,
  type BudgetBounds,
  type BudgetUse,
  ended,
  loadRate,
  mayBegin,
  retryAfterMs,
  roomToWait,
  takenBack,
  type Throughput,
  UNUSED,
} from '../../core/cache/index.ts';
import { gradient, type GradientState, type Limit } from '../../core/limits/index.ts';
import { CRITICALITIES, type Criticality } from '../../core/shedding/index.ts';
import type { Gcra } from '../../core/throttle/index.ts';
import type { Cancel, Clock, Random } from '../ports.ts';
import { budgetLimits, type ReadBudgetLimits } from './budget-limits.ts';
import { BudgetQueue, type LoadWaiter } from './budget-queue.ts';
import { CacheError } from './errors.ts';

export interface LoadWish {
  readonly criticality: Criticality;
  /** The part of the budget that is open to it, above 0 to 1. */
  readonly share: number;
  /** Whoever wanted it went away. */
  readonly signal: AbortSignal;
}

/** The right to load; `end` it once. */
export interface LoadPlace {
  readonly queueMs: number;
  /** `loaded`; `dropped`: it timed out, or the database said that it has too much; `failed` says nothing of either. */
  end(how: 'loaded' | 'dropped' | 'failed'): void;
  /** Nothing was loaded. */
  giveBack(): void;
}

export interface ReadBudgetStatus {
  /** Loads that may be at work at once. */
  readonly limit: number;
  readonly inFlight: number;
  readonly waiting: number;
  /** What loads take of late, in ms. */
  readonly latencyMs: number;
  readonly loadsPerSecond: number;
  /** Loads that began, ever. */
  readonly loads: number;
  /** Loads that were refused, ever. */
  readonly shed: Readonly<Record<Criticality, number>>;
  /** Loads whose readers went away while they waited, ever. */
  readonly abandoned: number;
}

/** Weights of a new latency in the average: good news is believed sooner. */
const SLOWER_WEIGHT = 0.05;
const FASTER_WEIGHT = 0.25;
/** The limit goes no lower: with one load at work, a slow one stands in the way of all others. */
const LEAST_AT_WORK = 4;
const START = 20;
const NS_PER_MS = 1e6;

export class ReadBudget {
  readonly limits: ReadBudgetLimits;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #rate: Gcra;
  readonly #limit: Limit<GradientState>;
  readonly #queue: BudgetQueue;
  readonly #shed = { 'critical-plus': 0, critical: 0, 'sheddable-plus': 0, sheddable: 0 };
  #state: GradientState;
  #use: BudgetUse = UNUSED;
  #latencyMs = 0;
  #loads = 0;
  #abandoned = 0;
  #cancel: Cancel = () => {};

  /** @throws InvalidInput for limits that make no sense */
  constructor(
    { clock, random }: { readonly clock: Clock; readonly random: Random },
    given: Partial<ReadBudgetLimits> = {},
  ) {
    this.limits = budgetLimits(given);
    this.#clock = clock;
    this.#random = random;
    const { concurrencyMax: max, loadsPerSecond, newestFirstMs } = this.limits;
    this.#rate = loadRate(loadsPerSecond);
    this.#limit = gradient({ min: Math.min(LEAST_AT_WORK, max), max, start: Math.min(START, max) });
    this.#state = this.#limit.initial;
    this.#queue = new BudgetQueue(newestFirstMs);
  }

  /** A place now, or null: for loads that nobody waits for, or that something else is served instead of. */
  tryEnter({ share }: Pick<LoadWish, 'share'>): LoadPlace | null {
    const now = this.#clock.now();
    return this.#queue.isFreeFor(share) && this.#may(share, now) ? this.#begin(share, now, now) : null;
  }

  /**
   * Settles when there is a place, or when it is clear that there will be none in time.
   *
   * Rejects with the signal's reason. @throws CacheError `read-budget-spent`
   */
  enter(wish: LoadWish): Promise<LoadPlace> {
    const { signal, criticality, share } = wish;
    if (signal.aborted) return Promise.reject(signal.reason as Error);
    const place = this.tryEnter(wish);
    if (place) return Promise.resolve(place);
    return new Promise((resolve, reject) => {
      const since = this.#clock.now();
      const isOver = (): void => {
        cancel();
        signal.removeEventListener('abort', leave);
        this.#queue.remove(waiter);
        if (this.#queue.length === 0) this.#cancel();
      };
      const waiter: LoadWaiter = {
        rank: CRITICALITIES.indexOf(criticality),
        since,
        share,
        begin: (now) => {
          isOver();
          resolve(this.#begin(share, since, now));
        },
        refuse: () => {
          isOver();
          reject(this.#refusal(criticality));
        },
      };
      const leave = (): void => {
        isOver();
        this.#abandoned += 1;
        reject(signal.reason as Error);
      };
      signal.addEventListener('abort', leave, { once: true });
      const cancel = this.#clock.after(this.limits.waitMs, waiter.refuse);
      this.#queue.add(waiter);
      this.#admit(since);
      this.#queue.shrink(roomToWait(this.#throughput(), this.limits));
    });
  }

  describe(): ReadBudgetStatus {
    const { concurrency: limit } = this.#bounds();
    return {
      limit,
      inFlight: this.#use.inFlight,
      waiting: this.#queue.length,
      latencyMs: this.#latencyMs,
      loadsPerSecond: this.limits.loadsPerSecond,
      loads: this.#loads,
      shed: { ...this.#shed },
      abandoned: this.#abandoned,
    };
  }

  #bounds(): BudgetBounds {
    return { concurrency: this.#limit.concurrency(this.#state), rate: this.#rate };
  }

  #throughput(): Throughput {
    const { concurrency } = this.#bounds();
    return { concurrency, latencyMs: this.#latencyMs, loadsPerSecond: this.limits.loadsPerSecond };
  }

  #may(share: number, now: number): boolean {
    return mayBegin(this.#use, this.#bounds(), share, nanoseconds(now)).begins;
  }

  #begin(share: number, since: number, beganAt: number): LoadPlace {
    this.#use = begun(this.#use, this.#bounds(), share, nanoseconds(beganAt));
    this.#loads += 1;
    const { inFlight } = this.#use;
    const queueMs = beganAt - since;
    let isOver = false;
    const once = (leave: () => void): void => {
      if (isOver) return;
      isOver = true;
      leave();
      this.#admit();
    };
    return {
      queueMs,
      end: (how) =>
        once(() => {
          this.#use = ended(this.#use, share);
          if (how !== 'failed') this.#learn({ beganAt, queueMs, inFlight, dropped: how === 'dropped' });
        }),
      giveBack: () =>
        once(() => {
          this.#use = takenBack(this.#use, this.#bounds(), share);
          this.#loads -= 1;
        }),
    };
  }

  #learn(load: {
    readonly beganAt: number;
    readonly queueMs: number;
    readonly inFlight: number;
    readonly dropped: boolean;
  }): void {
    const now = this.#clock.now();
    const serviceMs = now - load.beganAt;
    const weight = serviceMs < this.#latencyMs ? FASTER_WEIGHT : SLOWER_WEIGHT;
    this.#latencyMs += (serviceMs - this.#latencyMs) * (this.#latencyMs === 0 ? 1 : weight);
    this.#state = this.#limit.next(this.#state, { serviceMs, ...load }, now);
  }

  /** Lets in who may begin now, and looks again when the rate allows the next one. */
  #admit(now = this.#clock.now()): void {
    this.#cancel();
    for (let next = this.#next(now); next; next = this.#next(now)) next.begin(now);
  }

  #next(now: number): LoadWaiter | null {
    let soonestNs = Number.POSITIVE_INFINITY;
    for (const waiter of this.#queue.candidates(now)) {
      const decision = mayBegin(this.#use, this.#bounds(), waiter.share, nanoseconds(now));
      if (decision.begins) return waiter;
      if ('waitNs' in decision) soonestNs = Math.min(soonestNs, decision.waitNs);
    }
    if (soonestNs < Number.POSITIVE_INFINITY) {
      this.#cancel = this.#clock.after(soonestNs / NS_PER_MS, () => this.#admit());
    }
    return null;
  }

  #refusal(criticality: Criticality): CacheError {
    this.#shed[criticality] += 1;
    const { limit, inFlight, waiting } = this.describe();
    const again = retryAfterMs(this.#throughput(), waiting, this.#random());
    const use = `${inFlight} loads are at work of ${limit}, ${waiting} wait, ${this.limits.loadsPerSecond} may begin a second`;
    return new CacheError(
      'read-budget-spent',
      `nothing is cached and the read budget is spent: ${use}. Come again in ${again} ms`,
      { retryAfterMs: again },
    );
  }
}

function nanoseconds(ms: number): number {
  return Math.floor(ms * NS_PER_MS);
}
