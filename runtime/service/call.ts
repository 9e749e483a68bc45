/**
 * One request: its attempts, and the time they have. A first attempt, at most one more where that is safe and within the
 * budget (I-23), and where hedging is on a second one beside a first that is slow. What is left over when an answer is
 * there is cancelled, and the connection it was on is destroyed (I-26).
 */

import { fullJitterMs, type RetryBudget } from '../../core/pools/index.ts';
import type { Cancel, Clock, Random } from '../ports.ts';
import { markRetried } from '../retries/mark.ts';
import { Attempt, type AttemptEnd, type Place } from './attempt.ts';
import { type AttemptFailure, ServiceError, type ServiceErrorCode } from './errors.ts';
import { DEADLINE_HEADER, RETRIED_HEADER } from './headers.ts';
import { ATTEMPTS_MAX, type ServicePoolLimits } from './limits.ts';
import type { Incoming } from './ports.ts';
import type { Slot } from './slot.ts';

/** A request with every default applied. */
export interface PreparedCall {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | null;
  /** It may be done twice without harm. */
  readonly idempotent: boolean;
  /** It is the repetition of a layer above already. */
  readonly isRepetition: boolean;
  /** By the clock of the pool. */
  readonly deadlineAt: number;
  readonly signal: AbortSignal | null;
}

export interface CallPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly limits: ServicePoolLimits;
  readonly retries: RetryBudget;
  /** Null where hedging is off. */
  readonly hedges: RetryBudget | null;
  /** How long a first attempt is waited for before a second one is made beside it. */
  hedgeMs(): number;
  /** Never one of those tried. Null where there is no other instance. */
  place(tried: readonly Slot[]): Place | null;
}

export interface CallAnswer {
  readonly answer: Incoming;
  readonly place: Place;
  readonly attempts: number;
}

type Settle = { readonly value: CallAnswer } | { readonly error: unknown };

export class Call {
  readonly #ports: CallPorts;
  readonly #call: PreparedCall;
  readonly #running = new Set<Attempt>();
  readonly #tried: Slot[] = [];
  readonly #cancels: Cancel[] = [];
  #settle: (settle: Settle) => void = () => {};
  #isPausing = false;

  constructor(ports: CallPorts, call: PreparedCall) {
    this.#ports = ports;
    this.#call = call;
  }

  /** Rejects with `ServiceError`, or with the reason of the caller's signal. */
  run(): Promise<CallAnswer> {
    return new Promise((resolve, reject) => {
      this.#settle = (settle) => {
        this.#settle = () => {};
        for (const cancel of this.#cancels) cancel();
        for (const attempt of this.#running) attempt.cancel(true);
        this.#running.clear();
        if ('value' in settle) resolve(settle.value);
        else reject(markRetried(settle.error));
      };
      this.#begin();
    });
  }

  #begin(): void {
    const { clock, hedges, hedgeMs } = this.#ports;
    const { deadlineAt, signal } = this.#call;
    const leave = (): void => this.#settle({ error: signal?.reason });
    if (signal?.aborted) return leave();
    signal?.addEventListener('abort', leave, { once: true });
    this.#cancels.push(() => signal?.removeEventListener('abort', leave));
    const leftMs = deadlineAt - clock.now();
    if (leftMs <= 0) return this.#expire();
    this.#cancels.push(clock.after(leftMs, () => this.#expire()));
    const place = this.#ports.place([]);
    if (place === null) return this.#fail('no-instance', 'no instance is known');
    this.#launch(place);
    if (hedges !== null && this.#mayRepeat) {
      this.#cancels.push(clock.after(hedgeMs(), () => this.#hedge(hedges)));
    }
  }

  get #mayRepeat(): boolean {
    return this.#call.idempotent && !this.#call.isRepetition;
  }

  #launch(place: Place): void {
    const { clock, limits } = this.#ports;
    const { method, path, headers, body, deadlineAt } = this.#call;
    const isRepetition = this.#call.isRepetition || this.#tried.length > 0;
    this.#tried.push(place.slot);
    const attempt = new Attempt({
      place,
      clock,
      tryMs: limits.tryMs,
      request: {
        method,
        path,
        body,
        headers: {
          ...headers,
          [DEADLINE_HEADER]: String(Math.max(1, Math.floor(deadlineAt - clock.now()))),
          ...(isRepetition ? { [RETRIED_HEADER]: '1' } : {}),
        },
      },
      ended: (one, end) => this.#ended(one, end),
      late: (one) => this.#moveOn(one),
    });
    this.#running.add(attempt);
  }

  #ended(attempt: Attempt, end: AttemptEnd): void {
    this.#running.delete(attempt);
    const { place } = attempt;
    switch (end.kind) {
      case 'fault':
        return this.#settle({ error: end.error });
      case 'failure':
        return this.#again(this.#mayRepeat || end.failure.kind === 'unsent', () => this.#failed(end.failure));
      case 'gateway':
      case 'refused':
        return this.#again(this.#mayRepeat || end.kind === 'refused', () => this.#answer(place, end.answer));
      default:
        return this.#answer(place, end.answer);
    }
  }

  #answer(place: Place, answer: Incoming): void {
    this.#settle({ value: { answer, place, attempts: this.#tried.length } });
  }

  /** Another attempt after a pause, or `orElse` where there may be none. */
  #again(isSafe: boolean, orElse: () => void): void {
    // The one beside it may still answer.
    if (this.#running.size > 0 || this.#isPausing) return;
    const { clock, random, limits } = this.#ports;
    const pauseMs = fullJitterMs(this.#tried.length, random(), limits.backoff);
    const isInTime = clock.now() + pauseMs < this.#call.deadlineAt;
    if (!isSafe || !isInTime || !this.#takeRetry()) return orElse();
    this.#isPausing = true;
    const next = (): void => {
      this.#isPausing = false;
      // Chosen after the pause: what has been learnt meanwhile counts.
      const place = this.#ports.place(this.#tried);
      if (place === null) orElse();
      else this.#launch(place);
    };
    this.#cancels.push(clock.after(pauseMs, next));
  }

  /** An attempt takes too long: where another one may be made it is given up, else it is waited for. */
  #moveOn(attempt: Attempt): void {
    if (this.#running.size > 1 || !this.#mayRepeat || this.#ports.place(this.#tried) === null) return;
    if (!this.#takeRetry()) return;
    this.#running.delete(attempt);
    attempt.cancel(true);
    this.#launch(this.#ports.place(this.#tried)!);
  }

  #hedge(hedges: RetryBudget): void {
    if (this.#running.size !== 1 || this.#tried.length > 1) return;
    const place = this.#ports.place(this.#tried);
    if (place !== null && hedges.take(1, this.#ports.clock.now())) this.#launch(place);
  }

  #takeRetry(): boolean {
    const { clock, retries, place } = this.#ports;
    const attempts = this.#tried.length;
    if (this.#call.isRepetition || attempts >= ATTEMPTS_MAX || place(this.#tried) === null) return false;
    return retries.take(attempts, clock.now());
  }

  #failed(failure: AttemptFailure): void {
    const { kind } = failure;
    if (kind === 'unsent') return this.#fail('service-unreachable', 'no connection', failure);
    const code = kind === 'timed-out' ? 'service-timed-out' : 'service-lost';
    this.#fail(code, kind === 'timed-out' ? 'no answer in time' : 'the connection was lost', failure);
  }

  #expire(): void {
    this.#fail(
      'deadline-exceeded',
      this.#tried.length === 0 ? 'the time is over' : 'no answer within the time',
    );
  }

  #fail(code: ServiceErrorCode, what: string, cause?: unknown): void {
    const { idempotent, method, path } = this.#call;
    const tried = this.#tried.map(({ id }) => id);
    const isUnsent = code === 'no-instance' || code === 'service-unreachable' || tried.length === 0;
    const where = tried.length === 0 ? '' : `, tried ${tried.join(', ')}`;
    const message = `${method} ${path.split('?', 1)[0]}: ${what}${where}`;
    const advice = isUnsent || idempotent ? 'retry' : 'check';
    this.#settle({ error: new ServiceError(code, message, { advice, tried, cause }) });
  }
}
