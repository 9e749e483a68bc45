/**
 * Retries for application code that calls services: one layer, within a budget, after a random wait, never before
 * the server wants it and never past the deadline (I-23).
 */

import {
  fullJitterMs,
  RETRY_DEFAULTS,
  RetryBudget,
  type JitterLimits,
  type RetryCounts,
  type RetryLimits,
} from '../../core/pools/index.ts';
import type { Clock, Random } from '../ports.ts';
import { unlessAborted } from './abort.ts';
import { DeadlineExceeded } from './errors.ts';
import { markRetried } from './mark.ts';
import { judgeError, NEVER, type Verdict } from './verdict.ts';

export interface RetriesLimits extends RetryLimits {
  /** Bounds of the wait before the second attempt; it doubles with each further one, up to `msMax`. @default 50, 2000 */
  readonly backoff: JitterLimits;
  /** @default 5000 */
  readonly deadlineMs: number;
}

export const RETRIES_DEFAULTS: RetriesLimits = {
  ...RETRY_DEFAULTS,
  backoff: { msMin: 50, msMax: 2000 },
  deadlineMs: 5000,
};

export interface RetriesOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly limits?: Partial<RetriesLimits>;
  /** What an error of yours means. Null: what this library makes of it. @default - `judgeError` for every error */
  readonly judge?: (error: unknown) => Verdict | null;
}

export interface Attempt {
  /** 1 is the first. */
  readonly number: number;
  /** Aborted when the deadline passes or the caller gives up: hand it on to what the work calls. */
  readonly signal: AbortSignal;
}

export interface RunOptions<T> {
  /** The work may take effect twice without harm. Without it only what certainly had no effect is tried again. */
  readonly idempotent: boolean;
  /** For all attempts and waits together, in ms. @default 5000 */
  readonly deadlineMs?: number;
  /** The caller's own: no attempt is made after it is aborted. */
  readonly signal?: AbortSignal;
  /** For work that cannot be done twice at all, such as sending a stream. @default - that of the budget */
  readonly attemptsMax?: number;
  /** What a value means that was no error, such as an answer of 503. @default - every value is a success */
  readonly judgeValue?: (value: T) => Verdict;
}

type End<T> = { readonly value: T } | { readonly error: unknown };

/** One for each service that is called: the budget is that of one client of one service. */
export class Retries {
  readonly clock: Clock;
  readonly #options: RetriesOptions;
  readonly #limits: RetriesLimits;
  readonly #budget: RetryBudget;

  constructor(options: RetriesOptions) {
    this.clock = options.clock;
    this.#options = options;
    this.#limits = { ...RETRIES_DEFAULTS, ...options.limits };
    this.#budget = new RetryBudget(this.#limits);
  }

  /**
   * Runs the work until it succeeds, at most three times. Rejects with the last error, which is marked so that no
   * layer above tries again, or with `DeadlineExceeded`. A value that `judgeValue` takes for a failure is returned
   * when there is no other attempt.
   */
  async run<T>(work: (attempt: Attempt) => Promise<T>, options: RunOptions<T>): Promise<T> {
    const { clock } = this;
    const { idempotent, deadlineMs = this.#limits.deadlineMs, attemptsMax = Infinity } = options;
    const deadlineAt = clock.now() + deadlineMs;
    const deadline = new AbortController();
    const passed = (): void => deadline.abort(new DeadlineExceeded({ deadlineMs, idempotent }));
    const cancel = clock.after(deadlineMs, passed);
    const signal = options.signal ? AbortSignal.any([options.signal, deadline.signal]) : deadline.signal;
    this.#budget.request(clock.now());
    try {
      for (let number = 1; ; number += 1) {
        const end = await this.#attempt(work, { number, signal });
        const waitMs = this.#waitMs(this.#judge(end, options), number, idempotent);
        const isInTime = waitMs !== null && clock.now() + waitMs < deadlineAt && !signal.aborted;
        if (!isInTime || number >= attemptsMax || !this.#budget.take(number, clock.now()))
          return resultOf(end);
        await unlessAborted(signal, this.#sleep(waitMs, signal));
      }
    } catch (error) {
      throw markRetried(error);
    } finally {
      cancel();
    }
  }

  describe(): RetryCounts {
    return this.#budget.counts();
  }

  async #attempt<T>(work: (attempt: Attempt) => Promise<T>, attempt: Attempt): Promise<End<T>> {
    try {
      return { value: await unlessAborted(attempt.signal, work(attempt)) };
    } catch (error) {
      return { error };
    }
  }

  #judge<T>(end: End<T>, { judgeValue }: RunOptions<T>): Verdict {
    if ('value' in end) return judgeValue?.(end.value) ?? NEVER;
    if (end.error instanceof DeadlineExceeded) return NEVER;
    return this.#options.judge?.(end.error) ?? judgeError(end.error);
  }

  /** How long to wait before the next attempt; null for no other attempt. */
  #waitMs(verdict: Verdict, attempts: number, idempotent: boolean): number | null {
    if (verdict.again === 'never' || (verdict.again === 'if-idempotent' && !idempotent)) return null;
    // Behind the server's own time as well some come sooner and some later, or all would come at once.
    const jitterMs = fullJitterMs(attempts, this.#options.random(), this.#limits.backoff);
    return (verdict.afterMs ?? 0) + jitterMs;
  }

  #sleep(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.clock.after(ms, resolve);
      signal.addEventListener('abort', cancel, { once: true });
    });
  }
}

function resultOf<T>(end: End<T>): T {
  if ('error' in end) throw end.error;
  return end.value;
}
