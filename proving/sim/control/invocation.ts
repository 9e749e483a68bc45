/**
 * One invocation of a function: a process whose external calls are counted, and which can be killed, timed out or
 * held at any of them. When it has ended none of its promises goes on; a request that had left by then still
 * arrives.
 */

import type { Clock } from '../../../core/ports/index.ts';
import type { Invocation } from '../../../lambdas/shared/invocation.ts';
import type { CallFault } from '../faults/spec.ts';
import type { SimClock } from '../kernel/index.ts';
import type { InvocationEnd, InvocationView } from '../model.ts';

/** What is to befall this invocation. Calls count from 1. */
export interface InvocationPlan {
  readonly kill: { readonly call: number; readonly when: 'before' | 'after' } | null;
  readonly hold: {
    readonly call: number;
    readonly ms: number;
    readonly where: 'function' | 'request';
  } | null;
  /** Told when one of these has really happened. */
  readonly happened: (what: 'kill' | 'hold') => void;
}

export const NO_PLAN: InvocationPlan = { kill: null, hold: null, happened: () => undefined };

/** How the SDK bounds a call. */
export interface CallBounds {
  /** One try may take this long. */
  readonly requestMs: number;
  readonly tries: number;
}

export interface ExternalCall<T> {
  readonly name: string;
  readonly bounds: CallBounds;
  /** A request that is held may arrive as late as it likes, for the resource compares; else within its bounds. */
  readonly compares: boolean;
  /** What strikes this try; null lets it pass. */
  readonly strike: () => CallFault | null;
  readonly latencyMs: () => number;
  /** Happens at the service when the request arrives. `answered` is false when nobody will hear the answer. */
  readonly effect: (answered: boolean) => T | Promise<T>;
  /** The answer to a call whose last try failed; throws what the port throws. */
  readonly failed: (fault: CallFault) => T;
}

interface Sent<T> {
  readonly number: number;
  readonly attempt: number;
  readonly resolve: (answer: T) => void;
  readonly reject: (error: unknown) => void;
}

/** Between two tries of the SDK, times the tries made. */
const BACKOFF_MS = 100;

export interface InvocationOptions {
  readonly clock: SimClock;
  readonly id: string;
  readonly function: string;
  readonly functionArn: string;
  readonly trigger: string;
  readonly timeoutMs: number;
  readonly plan: InvocationPlan;
}

export class SimInvocation implements InvocationView {
  readonly id: string;
  readonly function: string;
  readonly trigger: string;
  readonly startedAt: number;
  endedAt: number | null = null;
  end: InvocationEnd | null = null;
  calls = 0;
  readonly #clock: SimClock;
  readonly #options: InvocationOptions;
  readonly #ended: Promise<InvocationEnd>;
  #tellEnd: (end: InvocationEnd) => void = () => undefined;
  #heldUntil = 0;

  constructor(options: InvocationOptions) {
    this.id = options.id;
    this.function = options.function;
    this.trigger = options.trigger;
    this.#clock = options.clock;
    this.#options = options;
    this.startedAt = options.clock.now();
    this.#ended = new Promise((resolve) => {
      this.#tellEnd = resolve;
    });
  }

  /** Runs the handler to its end, or to that of the process. */
  run(handler: (invocation: Invocation) => Promise<unknown>): Promise<InvocationEnd> {
    const { timeoutMs, id, functionArn } = this.#options;
    // Starting a new environment does not count.
    const endsAt = this.#clock.now() + timeoutMs;
    const cancel = this.#clock.at(endsAt, () => this.#finish('timed-out'));
    const invocation = {
      requestId: id,
      functionArn,
      remainingMs: () => Math.max(0, endsAt - this.#clock.now()),
    };
    handler(invocation).then(
      () => this.#finish('returned'),
      () => this.#finish('failed'),
    );
    return this.#ended.finally(cancel);
  }

  /** The clock of this process: a sleep that it does not survive never ends. */
  clock(): Clock {
    const real = this.#clock.forFunctions();
    return {
      now: real.now,
      monotonic: real.monotonic,
      sleep: (ms) =>
        new Promise((resolve) => {
          this.#clock.after(ms, () => this.#deliver(resolve));
        }),
    };
  }

  call<T>(call: ExternalCall<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.end !== null) return;
      this.calls += 1;
      const number = this.calls;
      const sent = { number, attempt: 1, resolve, reject };
      const { kill, hold, happened } = this.#options.plan;
      if (kill?.call === number && kill.when === 'before') {
        happened('kill');
        this.#finish('killed');
        return;
      }
      if (hold?.call !== number) this.#send(call, sent);
      else this.#hold(call, sent, hold);
    });
  }

  #hold<T>(call: ExternalCall<T>, sent: Sent<T>, { ms, where }: NonNullable<InvocationPlan['hold']>): void {
    this.#options.plan.happened('hold');
    if (where === 'function') {
      this.#heldUntil = this.#clock.now() + ms;
      this.#deliver(() => this.#send(call, sent));
    } else {
      this.#clock.after(call.compares ? ms : Math.min(ms, call.bounds.requestMs), () =>
        this.#send(call, sent),
      );
    }
  }

  #send<T>(call: ExternalCall<T>, sent: Sent<T>): void {
    const fault = call.strike();
    if (fault === null) {
      const latencyMs = call.latencyMs();
      if (latencyMs === 0) void this.#arrive(call, sent);
      else this.#clock.after(latencyMs, () => void this.#arrive(call, sent));
      return;
    }
    if (fault === 'answer-lost') this.#clock.after(call.latencyMs(), () => void call.effect(false));
    const isAnswered = fault === 'throttled' || fault === 'failed';
    this.#clock.after(isAnswered ? call.latencyMs() : call.bounds.requestMs, () => {
      this.#giveUpOrRetry(call, sent, fault);
    });
  }

  /** The request arrives and is answered at the same instant. */
  async #arrive<T>(call: ExternalCall<T>, sent: Sent<T>): Promise<void> {
    try {
      const answer = await call.effect(true);
      this.#answered(sent);
      this.#deliver(() => sent.resolve(answer));
    } catch (error) {
      this.#answered(sent);
      this.#deliver(() => sent.reject(error));
    }
  }

  #giveUpOrRetry<T>(call: ExternalCall<T>, sent: Sent<T>, fault: CallFault): void {
    if (sent.attempt < call.bounds.tries) {
      this.#clock.after(BACKOFF_MS * sent.attempt, () => {
        this.#deliver(() => this.#send(call, { ...sent, attempt: sent.attempt + 1 }));
      });
      return;
    }
    this.#answered(sent);
    this.#deliver(() => {
      try {
        sent.resolve(call.failed(fault));
      } catch (error) {
        sent.reject(error);
      }
    });
  }

  /** The service has done its part: here a process dies that is to die after this call. */
  #answered<T>({ number }: Sent<T>): void {
    const { kill, happened } = this.#options.plan;
    if (this.end !== null || kill?.call !== number || kill.when !== 'after') return;
    happened('kill');
    this.#finish('killed');
  }

  /** Hands something to the process: when it is awake, and if it still lives. */
  #deliver(give: () => void): void {
    if (this.end !== null) return;
    if (this.#clock.now() >= this.#heldUntil) give();
    else this.#clock.at(this.#heldUntil, () => this.#deliver(give));
  }

  #finish(end: InvocationEnd): void {
    if (this.end !== null) return;
    this.end = end;
    this.endedAt = this.#clock.now();
    this.#tellEnd(end);
  }
}
