/**
 * The terms of each caller under the newest lease of an instance, and which answer of the store is a newer one.
 * Before the first lease everybody shares `NEWCOMER_RATIO` of the capacity.
 */

import { CRITICALITY_DEFAULT, type Criticality } from '../../../core/shedding/index.ts';
import { OTHERS } from '../../../core/throttle/instance-shares.ts';
import { NEWCOMER_RATIO, SAFE_RATIO, type RateLimit } from '../../../core/throttle/index.ts';
import type { Clock } from '../../ports.ts';
import { HeldLease, rateLimit } from './held-lease.ts';
import { asLease, leaseFault, type LeaseIdentity } from './lease-check.ts';

export interface LeaseTermsOptions {
  readonly clock: Clock;
  readonly identity: LeaseIdentity;
  /** Requests a second that all instances together bear, as far as this one was told. */
  readonly capacityPerS: number;
  /** Seconds' worth of its rate that a caller may use at once, until a lease says otherwise. */
  readonly burstS: number;
}

export type Offered =
  | { readonly kind: 'taken'; readonly lease: HeldLease }
  | { readonly kind: 'not-newer' }
  /** `fault` as words for people. */
  | { readonly kind: 'refused'; readonly fault: string };

/** The last reports that are remembered: a lease answers one of the very last. */
const REPORTS_MAX = 8;

export class LeaseTerms {
  readonly #options: LeaseTermsOptions;
  readonly #clock: Clock;
  readonly #newcomer: RateLimit;
  /** By what they say of their time, when they were made by the monotonic clock. */
  readonly #reports = new Map<number, number>();
  #lease: HeldLease | null = null;

  constructor(options: LeaseTermsOptions) {
    this.#options = options;
    this.#clock = options.clock;
    this.#newcomer = rateLimit(options.capacityPerS * NEWCOMER_RATIO, options.burstS);
  }

  get lease(): HeldLease | null {
    return this.#lease;
  }

  /** `ended`: what is left of the lease is in force until there is a newer one. */
  get state(): 'none' | 'held' | 'ended' {
    if (this.#lease === null) return 'none';
    return this.#clock.now() < this.#lease.endsAt ? 'held' : 'ended';
  }

  /** Requests a second, all callers together. */
  get totalPerS(): number {
    if (this.#lease === null) return this.#options.capacityPerS * NEWCOMER_RATIO;
    const { total } = this.#lease.item;
    return this.state === 'held' ? total : total * SAFE_RATIO;
  }

  keyOf(caller: string): string {
    return this.#lease?.names(caller) ? caller : OTHERS;
  }

  limitOf(key: string): RateLimit {
    return this.#lease?.limitOf(key, this.#clock.now()) ?? this.#newcomer;
  }

  criticalityOf(caller: string): Criticality {
    return this.#lease?.criticalityOf(caller) ?? CRITICALITY_DEFAULT;
  }

  /**
   * Epoch ms, for what is written down. From the first lease on by the clock of whoever gives leases: with a date of
   * its own that is wrong an instance would be taken for gone, and its share be given to others (F-20).
   */
  epoch(): number {
    if (this.#lease === null) return this.#clock.epoch();
    return Math.floor(this.#clock.now() + this.#lease.epochOffsetMs);
  }

  /** A report is made now that says `at` of its time. */
  reported(at: number): void {
    this.#reports.set(at, this.#clock.now());
    const [oldest] = this.#reports.keys();
    if (this.#reports.size > REPORTS_MAX) this.#reports.delete(oldest!);
  }

  /** Takes up what the store answered, where it is a newer lease. */
  offer(answer: unknown): Offered {
    if (answer === null) return { kind: 'not-newer' };
    const fault = leaseFault(answer, this.#options.identity);
    if (fault !== null) return { kind: 'refused', fault };
    const item = asLease(answer);
    const epoch = this.#lease?.item.epoch ?? 0;
    if (item.epoch < epoch) {
      return { kind: 'refused', fault: `its epoch ${item.epoch} is below ${epoch}` };
    }
    if (item.epoch === epoch) return { kind: 'not-newer' };
    const reportedAt = this.#reports.get(item.answers);
    // A process before this one had the same name, or another one has: its share is not ours.
    if (reportedAt === undefined) return { kind: 'refused', fault: 'it answers no report of this process' };
    const now = this.#clock.now();
    this.#lease = new HeldLease(item, { now, epochNow: this.#clock.epoch(), reportedAt });
    return { kind: 'taken', lease: this.#lease };
  }
}
