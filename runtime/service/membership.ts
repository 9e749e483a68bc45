/**
 * Follows the registry: every few seconds, and at once when something failed, but never more often than a bound. The
 * last good list is kept for ever: a registry that is away, or that says there is nobody, changes nothing (I-03, I-29).
 */

import type { Cancel, Clock, Random } from '../ports.ts';
import type { ServicePoolLimits } from './limits.ts';
import type { Discovery, Instance } from './ports.ts';

/** Jitter of the pace: a fifth more or less, so that clients that started together do not ask together. */
const JITTER_RATIO = 0.2;

export interface MembershipStatus {
  /** Lists that were taken over. */
  readonly lists: number;
  /** Times that the registry could not be asked. */
  readonly failures: number;
  /** Times that it said there is nobody. */
  readonly empty: number;
  /** Time since the last list that was taken over, in ms; null before the first. */
  readonly ageMs: number | null;
}

export interface MembershipOptions {
  readonly discovery: Discovery;
  /** The name in the registry. */
  readonly name: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly limits: Pick<ServicePoolLimits, 'refreshMs' | 'refreshMsMin'>;
  readonly found: (instances: readonly Instance[]) => void;
}

export class Membership {
  readonly #options: MembershipOptions;
  readonly #waiting = new Set<() => void>();
  #cancel: Cancel = () => {};
  #isAsking = false;
  #isClosed = false;
  #askedAt = -Infinity;
  #foundAt: number | null = null;
  #lists = 0;
  #failures = 0;
  #empty = 0;

  constructor(options: MembershipOptions) {
    this.#options = options;
  }

  start(): void {
    void this.#ask();
  }

  /** Something failed: asks as soon as the bound allows. */
  hurry(): void {
    if (this.#isClosed || this.#isAsking) return;
    const { clock, limits } = this.#options;
    this.#plan(Math.max(0, this.#askedAt + limits.refreshMsMin - clock.now()));
  }

  /** True once there is a list; false when there is none after `ms`. */
  ready(ms: number): Promise<boolean> {
    if (this.#foundAt !== null) return Promise.resolve(true);
    return new Promise((resolve) => {
      const end = (): void => {
        cancel();
        this.#waiting.delete(end);
        resolve(this.#foundAt !== null);
      };
      const cancel = this.#options.clock.after(ms, end);
      this.#waiting.add(end);
    });
  }

  describe(): MembershipStatus {
    const ageMs = this.#foundAt === null ? null : this.#options.clock.now() - this.#foundAt;
    return { lists: this.#lists, failures: this.#failures, empty: this.#empty, ageMs };
  }

  close(): void {
    this.#isClosed = true;
    this.#cancel();
    for (const end of this.#waiting) end();
  }

  async #ask(): Promise<void> {
    const { discovery, name, clock, random, limits, found } = this.#options;
    this.#isAsking = true;
    this.#askedAt = clock.now();
    try {
      const instances = await discovery.instances(name);
      if (this.#isClosed) return;
      if (instances.length === 0) {
        this.#empty += 1;
      } else {
        this.#lists += 1;
        this.#foundAt = clock.now();
        found(instances);
        for (const end of this.#waiting) end();
      }
    } catch {
      this.#failures += 1;
    } finally {
      this.#isAsking = false;
    }
    const wholeMs = this.#foundAt === null ? limits.refreshMsMin : limits.refreshMs;
    this.#plan(wholeMs * (1 - JITTER_RATIO + 2 * JITTER_RATIO * random()));
  }

  #plan(ms: number): void {
    if (this.#isClosed) return;
    this.#cancel();
    this.#cancel = this.#options.clock.after(ms, () => void this.#ask(), 'background');
  }
}
