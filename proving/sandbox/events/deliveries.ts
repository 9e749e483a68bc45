/** Carries deliveries out: at once, again after a failure as the retry policy says, and to the dead-letter queue. */

import { type RetryPolicy, afterFailure } from '../../twin/events/index.ts';
import { AwsError, type Properties, type World } from '../kernel/index.ts';

export interface Delivery {
  /** Shown in the log. */
  readonly name: string;
  readonly policy: RetryPolicy;
  /** One try. What it throws decides whether there is another. */
  attempt(retries: number): void;
  /** Called once when there is no other try. */
  giveUp(failure: { readonly errorCode: string; readonly message: string; readonly retries: number }): void;
}

/** Bounds what may wait for a retry; beyond it a delivery is given up, which its dead-letter queue shows. */
const WAITING_MAX = 10_000;

export class Deliveries {
  readonly #world: World;
  readonly #component: string;
  readonly #random: () => number;
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(world: World, component: string, random: () => number = Math.random) {
    this.#world = world;
    this.#component = component;
    this.#random = random;
  }

  /** @param delayMs how long until the first try */
  deliver(delivery: Delivery, delayMs = 0): void {
    this.#later(delayMs, () => this.#try(delivery, 0, this.#world.now()));
  }

  stop(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  #try(delivery: Delivery, retries: number, firstAt: number): void {
    try {
      delivery.attempt(retries);
    } catch (error) {
      this.#failed(delivery, retries, firstAt, error);
    }
  }

  #failed(delivery: Delivery, retries: number, firstAt: number, error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    const code = error instanceof AwsError ? error.code : 'SDK_CLIENT_ERROR';
    const now = this.#world.now();
    const next = afterFailure({
      code,
      retries,
      firstAt,
      now,
      policy: delivery.policy,
      jitter: this.#random(),
    });
    this.#world.log(this.#component, `delivery failed: ${message}`, { target: delivery.name, code, retries });
    if (next.kind === 'retry' && this.#timers.size < WAITING_MAX) {
      this.#later(this.#world.managed(next.at - now), () => this.#try(delivery, retries + 1, firstAt));
      return;
    }
    try {
      delivery.giveUp({ errorCode: next.kind === 'retry' ? code : next.errorCode, message, retries });
    } catch (lost) {
      this.#world.log(this.#component, `a dead letter is lost: ${String(lost)}`, { target: delivery.name });
    }
  }

  #later(delayMs: number, run: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      run();
    }, delayMs);
    timer.unref();
    this.#timers.add(timer);
  }
}

/** RetryPolicy of a rule's target or of a schedule. Throws AwsError `ValidationException`. */
export function retryPolicyOf(target: Properties, defaults: RetryPolicy): RetryPolicy {
  const policy = target.object('RetryPolicy');
  return {
    eventAgeSMax:
      policy?.integer('MaximumEventAgeInSeconds', { min: 60, max: 86_400 }) ?? defaults.eventAgeSMax,
    retriesMax: policy?.integer('MaximumRetryAttempts', { min: 0, max: 185 }) ?? defaults.retriesMax,
  };
}
