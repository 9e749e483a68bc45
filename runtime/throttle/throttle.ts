/**
 * Decides for each request, before any work is done for it, in the order of what a decision costs: is anybody
 * still waiting for the answer; is its caller within its own limit; does it go first under overload; is there a
 * place. A refusal takes no connection to anything behind (I-24).
 */

import { gradient, type Limit } from '../../core/limits/index.ts';
import {
  AdmissionLevel,
  CRITICALITY_DEFAULT,
  groupOf,
  rankOf,
  refusal,
  type AdmissionOptions,
  type AdmissionStatus,
  type Criticality,
  type Refusal,
  type RefusalReason,
} from '../../core/shedding/index.ts';
import { CallerTable, type CallerTableCounts, type RateLimit } from '../../core/throttle/index.ts';
import { saysTooMuch } from '../overload.ts';
import type { Clock } from '../ports.ts';
import { Refused } from './errors.ts';
import { Gate, type GateLimits, type GateStatus, type Place } from './gate.ts';
import { SteadyClock } from './steady-clock.ts';

export interface ThrottleOptions {
  readonly clock: Clock;
  /** The rate limit of a caller, asked with its key. */
  limitOf(caller: string): RateLimit;
  /** What callers have in common who share one limit. @default - the caller: each has a limit of its own */
  keyOf?(caller: string): string;
  /** The class of requests that name none. @default - 'critical' for every caller */
  criticalityOf?(caller: string): Criticality;
  /** Whether the caller uses more than its share now, for requests that do not say. @default - nobody does */
  aboveShareOf?(caller: string): boolean;
  /** Hears of every decision, at once when it is made. What it throws, the request gets. */
  onDecision?(decision: ThrottleDecision): void;
  /** The limit that callers share for whom no place is left. */
  readonly shared: RateLimit;
  /** Callers that are told apart at one time. @default 100 000 */
  readonly callersMax?: number;
  /** What computes how many requests may be at work at once. @default - the gradient of latency */
  readonly concurrency?: Limit<unknown>;
  readonly gate?: Partial<GateLimits>;
  readonly admission?: Partial<AdmissionOptions>;
}

export interface Incoming {
  /** Verified by whoever calls this; never what a header says by itself. */
  readonly caller: string;
  /** The user behind the caller. @default - the caller */
  readonly user?: string;
  /** @default - that of the caller, by the throttle's options */
  readonly criticality?: Criticality;
  /** The caller uses more than its share of the capacity now. @default - as the throttle's options say */
  readonly aboveShare?: boolean;
  /** For how long the answer is of use, in ms. @default 5000 */
  readonly deadlineMs?: number;
  /** Whole number of requests that it counts for. @default 1 */
  readonly cost?: number;
}

export interface ThrottleDecision {
  readonly caller: string;
  readonly criticality: Criticality;
  readonly outcome: 'admitted' | RefusalReason;
  /** Requests that it counted for. */
  readonly cost: number;
}

export interface ThrottleStatus {
  readonly callers: CallerTableCounts;
  readonly admission: AdmissionStatus;
  readonly gate: GateStatus;
}

/** A place that was given. Leave it once, whatever came of the work. */
export interface Pass {
  readonly queueMs: number;
  /** `dropped`: the work timed out, or what is behind said that it has too much. */
  done(result?: { readonly dropped: boolean }): void;
}

const DEADLINE_MS_DEFAULT = 5000;

export class Throttle {
  /** The rate limit of a caller. */
  readonly limitOf: (caller: string) => RateLimit;
  readonly #clock: Clock;
  readonly #keyOf: (caller: string) => string;
  readonly #criticalityOf: (caller: string) => Criticality;
  readonly #aboveShareOf: (caller: string) => boolean;
  readonly #onDecision: (decision: ThrottleDecision) => void;
  readonly #callers: CallerTable;
  readonly #admission: AdmissionLevel;
  readonly #gate: Gate;

  /** Throws `invalid-input` for options that make no sense. */
  constructor(options: ThrottleOptions) {
    const { concurrency, gate, admission } = options;
    const clock = new SteadyClock(options.clock);
    this.#clock = clock;
    this.#keyOf = (caller) => options.keyOf?.(caller) ?? caller;
    this.#criticalityOf = (caller) => options.criticalityOf?.(caller) ?? CRITICALITY_DEFAULT;
    this.#aboveShareOf = (caller) => options.aboveShareOf?.(caller) ?? false;
    this.#onDecision = (decision) => options.onDecision?.(decision);
    this.limitOf = (caller) => options.limitOf(this.#keyOf(caller));
    this.#callers = new CallerTable(options);
    this.#admission = new AdmissionLevel(admission);
    this.#gate = new Gate(clock, concurrency ?? gradient(), gate, () => this.#admission.overloaded);
  }

  /** Rejects with `Refused`. Whoever gets a pass must call `done` on it. */
  async enter(incoming: Incoming): Promise<Pass> {
    const { caller, cost = 1, criticality = this.#criticalityOf(caller) } = incoming;
    const decided = await this.#decide(incoming, criticality);
    if ('reason' in decided) {
      this.#onDecision({ caller, criticality, outcome: decided.reason, cost });
      throw new Refused(decided);
    }
    this.#onDecision({ caller, criticality, outcome: 'admitted', cost });
    return {
      queueMs: decided.queueMs,
      done: (result) => decided.leave(result ?? { dropped: false }),
    };
  }

  async #decide(incoming: Incoming, criticality: Criticality): Promise<Place | Refusal> {
    const { caller, user = caller, cost } = incoming;
    const now = this.#clock.now();
    const waitMs = this.#callers.take(this.#keyOf(caller), now, cost);
    if (waitMs > 0) return refusal('caller-limit', waitMs);
    const aboveShare = incoming.aboveShare ?? this.#aboveShareOf(caller);
    const rank = rankOf({ criticality, aboveShare, user });
    if (!this.#admission.admit(rank, now, this.#gate.queue()))
      return refusal('shed', this.#admission.retryAfterMs());
    const deadlineAt = now + (incoming.deadlineMs ?? DEADLINE_MS_DEFAULT);
    const entered = await this.#gate.enter(deadlineAt, groupOf(rank));
    if ('refused' in entered) return refusal(entered.refused, this.#admission.retryAfterMs());
    this.#admission.began(entered.place.queueMs);
    return entered.place;
  }

  /** Runs the work under a pass. Rejects with `Refused`, or as the work does. */
  async run<T>(incoming: Incoming, work: () => Promise<T>, isDropped = saysTooMuch): Promise<T> {
    const pass = await this.enter(incoming);
    try {
      const value = await work();
      pass.done();
      return value;
    } catch (error) {
      pass.done({ dropped: isDropped(error) });
      throw error;
    }
  }

  /** Requests that the caller has left now, for a header. */
  remaining(caller: string): number {
    return this.#callers.remaining(this.#keyOf(caller), this.#clock.now());
  }

  /** Asks for every caller's limit again, after quotas have changed. */
  refresh(): void {
    this.#callers.refresh(this.#clock.now());
  }

  describe(): ThrottleStatus {
    return {
      callers: this.#callers.describe(),
      admission: this.#admission.describe(),
      gate: this.#gate.describe(),
    };
  }
}
