/**
 * What this process believes of the ring and of every shard, under one lease that it renews: one transaction a renewal, whatever the
 * number of shards. News are answered with a renewal at once, so that whoever closes a shard need not wait.
 */

import {
  type Holder,
  isLeased,
  NO_LEASE,
  type Renewed,
  renewedView,
  type RingRow,
  type RingView,
  type ShardRow,
  type ShardView,
  toldView,
  unknownRing,
  unknownView,
} from '../../core/cache/protocol/index.ts';
import { within } from '../bounded.ts';
import type { Cancel, Clock } from '../ports.ts';
import type { CacheLimits } from './limits.ts';
import type { EpochStore } from './ports.ts';

export interface LeaseKeeperOptions {
  /** Unique to this process. */
  readonly id: string;
  /** The number of shards that this process knows the endpoints of. */
  readonly shardCount: number;
  /** Told with every renewal. */
  readonly reads: () => { readonly hits: number; readonly misses: number };
  readonly store: EpochStore;
  readonly clock: Clock;
  readonly limits: CacheLimits;
}

export class LeaseKeeper {
  readonly #options: LeaseKeeperOptions;
  /** By shard: of those that the ledger tells of, whether their endpoints are known or not. */
  #views: ShardView[];
  #ring: RingView;
  #sequence = 0;
  #isRegistered = false;
  #isClosed = false;
  #isResting = false;
  #renewing: Promise<boolean> | null = null;
  #leaving: Promise<void> | null = null;
  #cancel: Cancel = () => {};

  constructor(options: LeaseKeeperOptions) {
    this.#options = options;
    this.#views = Array.from({ length: options.shardCount }, (_, shard) => unknownView(shard));
    this.#ring = unknownRing(options.shardCount);
  }

  start(): void {
    void this.renew();
  }

  view(shard: number): ShardView {
    return this.#views[shard] ?? unknownView(shard);
  }

  get ring(): RingView {
    return this.#ring;
  }

  /** A row from another transaction: no lease, but news. */
  tell(row: ShardRow): void {
    const before = this.view(row.shard);
    const after = toldView(before, row);
    if (after === before) return;
    this.#views[row.shard] = after;
    void this.renew();
  }

  tellRing(row: RingRow): void {
    const before = this.#ring;
    this.#ring = toldView(before, row);
    if (this.#ring !== before) void this.renew();
  }

  /** True when the database has answered. One renewal at a time. */
  renew(): Promise<boolean> {
    if (this.#isClosed || this.#isResting) return Promise.resolve(false);
    this.#renewing ??= this.#renew().finally(() => {
      this.#renewing = null;
    });
    return this.#renewing;
  }

  /**
   * For a process that stood still, and whose clock may have stood still with it: no lease of before counts any more,
   * nor one that was asked for before. True when the database has given new ones.
   */
  async renewAnew(): Promise<boolean> {
    await this.#leaving;
    await this.#renewing;
    this.#endLeases();
    this.#isResting = false;
    return this.renew();
  }

  /**
   * For a process that is about to stand still: serves nothing, and nobody waits for it, until `renewAnew`. A holder that
   * stands still would make each closing of a shard last for a whole lease.
   */
  rest(): Promise<void> {
    this.#isResting = true;
    this.#leaving ??= this.#leave().finally(() => {
      this.#leaving = null;
    });
    return this.#leaving;
  }

  /** As `rest`, for good. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.rest();
  }

  /** The leases end here before anybody is told that they have. */
  async #leave(): Promise<void> {
    this.#cancel();
    await this.#renewing;
    this.#cancel();
    this.#endLeases();
    const wasRegistered = this.#isRegistered;
    this.#isRegistered = false;
    try {
      if (wasRegistered) await this.#bounded(this.#options.store.forget(this.#options.id, this.#sequence));
    } catch {
      // It is forgotten by somebody else once it has not renewed for a full lease wait.
    }
  }

  #endLeases(): void {
    this.#views = this.#views.map((view) => ({ ...view, leaseUntil: NO_LEASE }));
    this.#ring = { ...this.#ring, leaseUntil: NO_LEASE };
  }

  async #renew(): Promise<boolean> {
    this.#cancel();
    const { limits, clock } = this.#options;
    let hasNews = false;
    let isAnswered = false;
    try {
      hasNews = await this.#ask();
      isAnswered = true;
    } catch {
      // The leases end by themselves; the next renewal is tried as usual.
    }
    if (this.#isClosed || this.#isResting) return isAnswered;
    const waitMs = hasNews ? 0 : limits.leases.renewMs;
    this.#cancel = clock.after(waitMs, () => void this.renew(), 'background');
    return isAnswered;
  }

  /** True when a row was new. */
  async #ask(): Promise<boolean> {
    const { id, store, clock, shardCount, reads } = this.#options;
    if (!this.#isRegistered) {
      await this.#bounded(store.register(id));
      this.#isRegistered = true;
    }
    // Never one that it had before: whoever sweeps would take it for a holder that stood still.
    this.#sequence += 1;
    const adopted = Array.from(this.#views.keys(), (shard) => this.view(shard).row.epoch);
    const holder: Holder = {
      id,
      sequence: this.#sequence,
      adopted,
      ring: this.#ring.row.epoch,
      knows: shardCount,
      ...reads(),
    };
    const sentAt = clock.now();
    const renewed = await this.#bounded(store.renew(holder));
    if (renewed.kind === 'renewed') return this.#adopt(renewed, sentAt);
    this.#isRegistered = false;
    return false;
  }

  #adopt({ rows, ring }: Renewed & { readonly kind: 'renewed' }, sentAt: number): boolean {
    const { leases } = this.#options.limits;
    let hasNews = ring.epoch > this.#ring.row.epoch;
    this.#ring = renewedView(this.#ring, ring, sentAt, leases);
    for (const row of rows) {
      const before = this.view(row.shard);
      this.#views[row.shard] = renewedView(before, row, sentAt, leases);
      hasNews ||= row.epoch > before.row.epoch;
    }
    return hasNews;
  }

  /** True while hits may be served of shards that serve. */
  get isLeased(): boolean {
    const now = this.#options.clock.now();
    return this.#views.some((view) => isLeased(view, now));
  }

  #bounded<T>(work: Promise<T>): Promise<T> {
    const { clock, limits } = this.#options;
    return within(clock, limits.storeMs, work, () => new Error(`no answer within ${limits.storeMs} ms`));
  }
}
