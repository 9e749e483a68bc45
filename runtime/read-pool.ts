/**
 * Reads over the readers of one cluster. See README.md for the states of a member and what each failure does.
 */

import {
  type FailureKind,
  type MemberState,
  type Position,
  RetryBudget,
  type RetryCounts,
} from '../core/pools/index.ts';
import { blamesMember } from '../core/pools/index.ts';
import type { ClusterWatcher } from './cluster-watcher.ts';
import { type DatabaseFailure, PoolError, retriedHere } from './errors.ts';
import type { OutcomeRecorder } from './outcome-recorder.ts';
import type { Cancel, Clock, Connector, QueryResult, Random, Topology } from './ports.ts';
import { type Lease, ReadLeases, type LeaseWish } from './read-leases.ts';
import type { ReadPoolLimits } from './read-limits.ts';
import { type ReadHost, ReadRequest, type ReadWork } from './read-request.ts';
import { ReaderProbes } from './reader-probes.ts';
import { Readers, type Wish } from './readers.ts';

export interface ReadPoolPorts {
  readonly connector: Connector;
  readonly topology: Topology;
  readonly clock: Clock;
  readonly random: Random;
  readonly watcher: ClusterWatcher;
  readonly outcomes: OutcomeRecorder;
}

export interface ReadOptions {
  /** Show at least what this write made: a position that `execute` returned. @default - any fresh reader serves */
  readonly after?: Position | null;
  /** @default - `deadlineMs` of the pool's limits */
  readonly deadlineMs?: number;
}

export interface ReadPoolStatus {
  readonly readers: readonly {
    readonly id: string;
    readonly state: MemberState['kind'];
    readonly idle: number;
    readonly busy: number;
    readonly lagMs: number | null;
    readonly p95Ms: number | null;
  }[];
  readonly secondAttemptMs: number;
  readonly budget: RetryCounts;
  readonly spill: ReturnType<ReadLeases['describe']>;
}

export class ReadPool implements ReadHost {
  readonly clock: Clock;
  readonly #ports: ReadPoolPorts;
  readonly #limits: ReadPoolLimits;
  readonly #readers: Readers;
  readonly #leases: ReadLeases;
  readonly #probes: ReaderProbes;
  readonly #budget: RetryBudget;
  readonly #unfollow: () => void;
  #timer: Cancel;
  #secondAttemptMs: number;
  #running = 0;
  #closing = false;
  #drained: (() => void) | null = null;

  constructor(ports: ReadPoolPorts, limits: ReadPoolLimits) {
    this.clock = ports.clock;
    this.#ports = ports;
    this.#limits = limits;
    const failed = (id: string, failure: DatabaseFailure): void => this.#note(id, failure.kind);
    const shared = { ...ports, limits, failed };
    this.#readers = new Readers({ ...shared, available: () => this.#leases.wake() });
    this.#leases = new ReadLeases({ ...shared, readers: this.#readers });
    this.#probes = new ReaderProbes({ ...shared, readers: this.#readers });
    this.#budget = new RetryBudget(limits.retry);
    this.#secondAttemptMs = this.#readers.secondAttemptMs();
    this.#unfollow = ports.watcher.onChange(() => this.#follow());
    this.#timer = this.clock.after(0, () => this.#tend(), 'background');
    this.#follow();
  }

  /** Runs one read-only statement. Rejects with `DatabaseFailure` or `PoolError`. */
  query<Row = Record<string, unknown>>(
    text: string,
    values?: readonly unknown[],
    options?: ReadOptions,
  ): Promise<QueryResult<Row>> {
    return this.read((session) => session.query<Row>(text, values), options);
  }

  /**
   * Runs read-only work on one member. The work may run twice, at the same time on two members, so it must do
   * nothing but read. What it throws itself is passed on untouched and never retried.
   */
  async read<T>(work: ReadWork<T>, options: ReadOptions = {}): Promise<T> {
    if (this.#closing) throw new PoolError('pool-closed', 'the read pool is closed');
    this.#budget.request(this.clock.now());
    this.#running += 1;
    try {
      return await new ReadRequest(this, {
        work,
        after: options.after ?? null,
        deadlineMs: options.deadlineMs ?? this.#limits.deadlineMs,
        attemptTimeoutMs: this.#limits.attemptTimeoutMs,
      }).run();
    } catch (error) {
      throw retriedHere(error);
    } finally {
      this.#running -= 1;
      if (this.#running === 0) this.#drained?.();
    }
  }

  describe(): ReadPoolStatus {
    return {
      readers: this.#readers.list.map((reader) => ({
        id: reader.id,
        state: this.#readers.tracker.state(reader.id)!.kind,
        idle: reader.set.idle,
        busy: reader.set.busy,
        lagMs: reader.lagMs,
        p95Ms: reader.latency.p95,
      })),
      secondAttemptMs: this.#secondAttemptMs,
      budget: this.#budget.counts(),
      spill: this.#leases.describe(),
    };
  }

  /** Refuses new reads, waits for the ones under way up to `drainMs`, then closes every connection. */
  async close(drainMs = 5000): Promise<void> {
    this.#closing = true;
    this.#unfollow();
    this.#timer();
    this.#probes.close();
    if (this.#running > 0) {
      await new Promise<void>((resolve) => {
        const cancel = this.clock.after(drainMs, resolve);
        this.#drained = () => {
          cancel();
          resolve();
        };
      });
    }
    const goodbyes = [this.#readers.close(), this.#leases.close()];
    this.#readers.dropAll();
    this.#leases.dropAll();
    await Promise.all(goodbyes);
  }

  leaseNow(wish: Wish): Lease | null {
    return this.#leases.takeNow(wish);
  }

  lease(wish: LeaseWish): Promise<Lease> {
    return this.#leases.take(wish);
  }

  takeAttempt(attempts: number): boolean {
    return this.#budget.take(attempts, this.clock.now());
  }

  secondAttemptMs(): number {
    return this.#secondAttemptMs;
  }

  answered(lease: Lease, elapsedMs: number, inTime: boolean): void {
    this.#ports.outcomes.ok(lease.memberId);
    lease.reader?.latency.add(elapsedMs);
    if (inTime && lease.reader) this.#readers.tracker.answered(lease.memberId, this.clock.now());
  }

  failed(lease: Lease, kind: FailureKind): void {
    this.#ports.outcomes.failed(lease.memberId, kind);
    this.#note(lease.memberId, kind);
  }

  late(memberId: string): void {
    this.#readers.tracker.late(memberId, this.clock.now(), this.#ports.random());
    this.#dropIfOut(memberId);
  }

  #note(memberId: string, kind: FailureKind): void {
    if (!blamesMember(kind)) return;
    this.#readers.tracker.failed(memberId, this.clock.now(), this.#ports.random());
    this.#dropIfOut(memberId);
    this.#ports.watcher.hurry();
  }

  /** Idle connections of a member that is out would be stale on its return; its probes make new ones. */
  #dropIfOut(memberId: string): void {
    const state = this.#readers.tracker.state(memberId);
    if (state?.kind === 'ejected') this.#readers.get(memberId)?.set.dropIdle();
  }

  #follow(): void {
    this.#readers.follow(this.#ports.watcher.members);
    this.#leases.followWriter();
    this.#leases.wakeAll();
  }

  #tend(): void {
    this.#timer = this.clock.after(this.#limits.tendMs, () => this.#tend(), 'background');
    this.#readers.tracker.tick(this.clock.now());
    this.#probes.tend();
    for (const reader of this.#readers.list) {
      const kind = this.#readers.tracker.state(reader.id)?.kind;
      if (kind !== 'ejected' && kind !== 'probing') reader.set.tend();
    }
    this.#leases.tend();
    this.#secondAttemptMs = this.#readers.secondAttemptMs();
  }
}
