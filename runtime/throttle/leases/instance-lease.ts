/**
 * What one instance may admit of a resource that many share. It says what its callers want, reads what it was given,
 * and goes on with what it has while nobody answers: no decision ever waits for the store (I-29).
 */

import type { DemandItem } from '../../../core/state/throttle-items.ts';
import { within } from '../../bounded.ts';
import type { Cancel, Clock, Random } from '../../ports.ts';
import type { ThrottleDecision, ThrottleOptions } from '../throttle.ts';
import { Demand } from './demand.ts';
import type { HeldLease } from './held-lease.ts';
import { LeaseCycle } from './lease-cycle.ts';
import { LeaseTerms, type LeaseTermsOptions } from './lease-terms.ts';
import type { LeaseStore } from './store.ts';

export interface InstanceLeaseOptions extends LeaseTermsOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly store: LeaseStore;
  /** Time between two reports, at least. */
  readonly reportMs: number;
  /** Limits have changed: a lease was taken up, or it has ended. */
  readonly onChange: () => void;
}

export interface InstanceLeaseStatus {
  /** `none`: no lease yet. `ended`: it goes on with `SAFE_RATIO` of the last one. */
  readonly state: 'none' | 'held' | 'ended';
  readonly epoch: number | null;
  /** Null unless it is held. */
  readonly endsInMs: number | null;
  /** Requests a second, all callers together. */
  readonly totalPerS: number;
  readonly reports: number;
  readonly reportsFailed: number;
  readonly reads: number;
  readonly readsFailed: number;
  readonly takenUp: number;
  /** Answers of the store that were no lease for this instance, or an older one. */
  readonly refused: number;
  /** What was wrong with the last of them. */
  readonly lastFault: string | null;
}

/** What the throttle asks by caller. */
export type CallerTerms = Required<
  Pick<ThrottleOptions, 'keyOf' | 'limitOf' | 'criticalityOf' | 'aboveShareOf'>
>;

/** One request to the store is given up after this time. */
const STORE_TIMEOUT_MS = 2000;
/** The first report that has anything to say comes this long after the first request. */
const FIRST_DEMAND_MS = 1000;

export class InstanceLease {
  readonly #options: InstanceLeaseOptions;
  readonly #clock: Clock;
  readonly #terms: LeaseTerms;
  readonly #demand: Demand;
  readonly #cycle: LeaseCycle;
  readonly #waiting = new Set<() => void>();
  readonly #counts = { reports: 0, reportsFailed: 0, reads: 0, readsFailed: 0, takenUp: 0, refused: 0 };
  #lastFault: string | null = null;
  #hasToldDemand = false;
  #cancelEnd: Cancel = () => {};
  #isClosed = false;

  constructor(options: InstanceLeaseOptions) {
    const { clock, random, reportMs } = options;
    this.#options = options;
    this.#clock = clock;
    this.#terms = new LeaseTerms(options);
    this.#demand = new Demand(clock.now());
    const report = (): Promise<void> => this.#report();
    const read = (): Promise<boolean> => this.#read();
    this.#cycle = new LeaseCycle({ clock, random, reportMs, report, read });
  }

  /** Reports at once, and from here on. */
  start(): void {
    this.#cycle.start();
  }

  /** Callers that the lease does not name share one limit. */
  terms(): CallerTerms {
    const terms = this.#terms;
    return {
      keyOf: (caller) => terms.keyOf(caller),
      limitOf: (key) => terms.limitOf(key),
      criticalityOf: (caller) => terms.criticalityOf(caller),
      aboveShareOf: (caller) => this.#isAboveShare(caller),
    };
  }

  /** For `onDecision` of the throttle. */
  count({ caller, cost }: Pick<ThrottleDecision, 'caller' | 'cost'>): void {
    const isFirst = !this.#hasToldDemand && this.#demand.isEmpty;
    this.#demand.add(caller, cost);
    if (isFirst) this.#cycle.hurry(FIRST_DEMAND_MS);
  }

  /** True once there is a lease, false when there is none after `ms`. */
  ready(ms: number): Promise<boolean> {
    const hasLease = (): boolean => this.#terms.lease !== null;
    if (hasLease() || this.#isClosed) return Promise.resolve(hasLease());
    return new Promise((resolve) => {
      const settle = (): void => {
        cancel();
        this.#waiting.delete(settle);
        resolve(hasLease());
      };
      const cancel = this.#clock.after(ms, settle);
      this.#waiting.add(settle);
    });
  }

  describe(): InstanceLeaseStatus {
    const { lease, state, totalPerS } = this.#terms;
    return {
      state,
      epoch: lease?.item.epoch ?? null,
      endsInMs: lease && state === 'held' ? lease.endsAt - this.#clock.now() : null,
      totalPerS,
      ...this.#counts,
      lastFault: this.#lastFault,
    };
  }

  close(): void {
    this.#isClosed = true;
    this.#cycle.close();
    this.#cancelEnd();
    for (const settle of this.#waiting) settle();
    this.#options.store.close();
  }

  /** It wants more than its lease gives it. Nobody does before there is a lease: nothing is known then. */
  #isAboveShare(caller: string): boolean {
    const { lease } = this.#terms;
    if (lease === null) return false;
    const now = this.#clock.now();
    const wanted = lease.names(caller) ? this.#demand.rateOf(caller, now) : this.#demand.othersRate;
    return wanted > lease.rateOf(caller, now);
  }

  async #report(): Promise<void> {
    const { identity, store } = this.#options;
    const wanted = this.#demand.take(this.#clock.now());
    this.#hasToldDemand ||= Object.keys(wanted.callers).length > 0 || wanted.others > 0;
    const held = this.#terms.lease?.item;
    const at = this.#terms.epoch();
    this.#terms.reported(at);
    const item: DemandItem = {
      kind: 'demand',
      ...identity,
      at,
      ...wanted,
      held: held ? { epoch: held.epoch, until: held.until, total: held.total } : null,
    };
    try {
      await this.#ask(() => store.report(item));
      this.#counts.reports += 1;
    } catch {
      this.#counts.reportsFailed += 1;
    }
  }

  /** True when a newer lease is in force now. */
  async #read(): Promise<boolean> {
    const { application, resource, instance } = this.#options.identity;
    let answer: unknown;
    try {
      answer = await this.#ask(() => this.#options.store.lease(application, resource, instance));
      this.#counts.reads += 1;
    } catch {
      this.#counts.readsFailed += 1;
      return false;
    }
    if (this.#isClosed) return false;
    const offered = this.#terms.offer(answer);
    if (offered.kind === 'taken') this.#follow(offered.lease);
    if (offered.kind === 'refused') {
      this.#counts.refused += 1;
      this.#lastFault = offered.fault;
    }
    return offered.kind === 'taken';
  }

  /** What the store throws at once is no worse than what it rejects with, or never answers. */
  #ask<T>(request: () => Promise<T>): Promise<T> {
    const late = (): Error => new Error(`no answer within ${STORE_TIMEOUT_MS} ms`);
    const asked = new Promise<T>((resolve) => resolve(request()));
    return within(this.#clock, STORE_TIMEOUT_MS, asked, late);
  }

  #follow({ endsAt }: HeldLease): void {
    this.#counts.takenUp += 1;
    this.#cancelEnd();
    if (endsAt > this.#clock.now()) this.#awaitEnd(endsAt);
    this.#options.onChange();
    for (const settle of this.#waiting) settle();
  }

  /** A timer may be early by a part of a millisecond, and the limits would still be those of the whole lease. */
  #awaitEnd(endsAt: number): void {
    const wake = (): void => {
      if (endsAt > this.#clock.now()) this.#awaitEnd(endsAt);
      else this.#options.onChange();
    };
    const leftMs = Math.max(1, endsAt - this.#clock.now());
    this.#cancelEnd = this.#clock.after(leftMs, wake, 'background');
  }
}
