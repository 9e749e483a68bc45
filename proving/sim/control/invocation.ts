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

/** What befalls an invocation at one of its calls; `took` is told when it really does. */
export type Mishap =
  | { readonly kind: 'kill'; readonly when: 'before' | 'after'; readonly took: () => void }
  | {
      readonly kind: 'hold';
      readonly ms: number;
      readonly where: 'function' | 'request';
      readonly took: () => void;
    };

/** Asked at each external call of one invocation, by its number from 1 and its name. */
export type MishapAt = (number: number, name: string) => Mishap | null;

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
  /** The process dies when this call has been answered. */
  readonly dies: Mishap | null;
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
  /** @default - nothing befalls it */
  readonly mishapAt?: MishapAt;
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
    const running = async (): Promise<unknown> => handler(invocation);
    running().then(
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
      const mishap = this.#options.mishapAt?.(this.calls, call.name) ?? null;
      if (mishap?.kind === 'kill' && mishap.when === 'before') {
        this.#die(mishap);
        return;
      }
      const sent = { dies: mishap?.kind === 'kill' ? mishap : null, attempt: 1, resolve, reject };
      if (mishap?.kind === 'hold') this.#hold(call, sent, mishap);
      else this.#send(call, sent);
    });
  }

  #hold<T>(call: ExternalCall<T>, sent: Sent<T>, hold: Extract<Mishap, { kind: 'hold' }>): void {
    hold.took();
    if (hold.where === 'function') {
      this.#heldUntil = this.#clock.now() + hold.ms;
      this.#deliver(() => this.#send(call, sent));
    } else {
      const ms = call.compares ? hold.ms : Math.min(hold.ms, call.bounds.requestMs);
      this.#clock.after(ms, () => this.#send(call, sent));
    }
  }

  #die(mishap: Mishap): void {
    mishap.took();
    this.#finish('killed');
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
  #answered<T>({ dies }: Sent<T>): void {
    if (this.end === null && dies !== null) this.#die(dies);
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
