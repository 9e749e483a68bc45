/**
 * Writes to the one writer of a cluster, whoever it is just now. See README.md for the states and for what each
 * failure does.
 */

import {
  type FailureKind,
  judgeWrite,
  ON_WRITER,
  type Position,
  RetryBudget,
  type RetryCounts,
  type WriterState,
} from '../core/pools/index.ts';
import { within } from './bounded.ts';
import type { ClusterWatcher } from './cluster-watcher.ts';
import { type DatabaseFailure, PoolError, retriedHere } from './errors.ts';
import type { OutcomeRecorder } from './outcome-recorder.ts';
import type { Cancel, Clock, Connection, Connector, Random, Topology } from './ports.ts';
import { transact, type WriteWork } from './transaction.ts';
import type { WritePoolLimits } from './write-limits.ts';
import { WriterLeases } from './writer-leases.ts';

export interface WritePoolPorts {
  readonly connector: Connector;
  readonly topology: Topology;
  readonly clock: Clock;
  readonly random: Random;
  readonly watcher: ClusterWatcher;
  readonly outcomes: OutcomeRecorder;
}

export interface WriteOptions {
  /**
   * The work may take effect twice without harm (an upsert, an insert by a key of the caller's). Then a write whose
   * acknowledgement was lost is done again on the verified writer. @default false
   */
  readonly idempotent?: boolean;
  /** Ask for the position of the write, to be passed to a later read as `after`. @default false */
  readonly position?: boolean;
  /** @default - `deadlineMs` of the pool's limits */
  readonly deadlineMs?: number;
}

export interface Written<T> {
  readonly value: T;
  /** Null unless asked for. `writer` where it could not be learnt: such a read goes to the writer. */
  readonly position: Position | null;
}

export interface WritePoolStatus {
  readonly writer: WriterState;
  readonly idle: number;
  readonly busy: number;
  readonly waiting: number;
  readonly budget: RetryCounts;
}

export class WritePool {
  readonly #ports: WritePoolPorts;
  readonly #limits: WritePoolLimits;
  readonly #clock: Clock;
  readonly #budget: RetryBudget;
  readonly #leases: WriterLeases;
  #timer: Cancel;
  #running = 0;
  #closing = false;
  #drained: (() => void) | null = null;

  constructor(ports: WritePoolPorts, limits: WritePoolLimits) {
    this.#ports = ports;
    this.#limits = limits;
    this.#clock = ports.clock;
    this.#budget = new RetryBudget(limits.retry);
    this.#leases = new WriterLeases(ports, limits);
    this.#timer = this.#clock.after(0, () => this.#tend(), 'background');
  }

  /**
   * Runs work in a transaction on the writer and commits it. Waits for a new writer until the deadline rather than
   * fail at once. An attempt that failed before its COMMIT was sent had no effect and is made again; one whose
   * COMMIT was not answered is made again only where the work is idempotent.
   *
   * Rejects with `DatabaseFailure` or `PoolError`: advice `retry` had no effect, `give-up` had none and never
   * will, `check` (code `outcome-unknown`) may have taken effect. What the work throws itself rolls back and is
   * passed on untouched.
   */
  async execute<T>(work: WriteWork<T>, options: WriteOptions = {}): Promise<Written<T>> {
    if (this.#closing) throw new PoolError('pool-closed', 'the write pool is closed');
    this.#budget.request(this.#clock.now());
    this.#running += 1;
    try {
      return await this.#execute(work, options);
    } catch (error) {
      throw retriedHere(error);
    } finally {
      this.#running -= 1;
      if (this.#running === 0) this.#drained?.();
    }
  }

  describe(): WritePoolStatus {
    return {
      writer: this.#ports.watcher.writer,
      ...this.#leases.describe(),
      budget: this.#budget.counts(),
    };
  }

  /** Refuses new writes, waits for the ones under way up to `drainMs`, then closes every connection. */
  async close(drainMs = 5000): Promise<void> {
    this.#closing = true;
    if (this.#running > 0) {
      await new Promise<void>((resolve) => {
        const cancel = this.#clock.after(drainMs, resolve);
        this.#drained = () => {
          cancel();
          resolve();
        };
      });
    }
    this.#timer();
    await this.#leases.close();
  }

  async #execute<T>(work: WriteWork<T>, options: WriteOptions): Promise<Written<T>> {
    const deadlineMs = options.deadlineMs ?? this.#limits.deadlineMs;
    const deadlineAt = this.#clock.now() + deadlineMs;
    const worthMs = Math.min(this.#limits.attemptMsMin, deadlineMs / 10);
    const idempotent = options.idempotent ?? false;
    // Once unknown, unknown: a later attempt that certainly failed does not settle an earlier one.
    let uncertain: DatabaseFailure | null = null;
    for (let attempts = 1; ; attempts += 1) {
      const connection = await this.#lease({ deadlineAt, worthMs }, uncertain);
      const timeoutMs = Math.max(1, Math.min(this.#limits.attemptTimeoutMs, deadlineAt - this.#clock.now()));
      const end = await transact({ clock: this.#clock, connection, work, timeoutMs });
      if (end.kind === 'committed') return this.#committed(connection, end.value, options, deadlineAt);
      if (end.kind === 'abandoned') {
        this.#leases.release(connection);
        throw uncertain ? unknownOutcome(uncertain) : end.error;
      }
      const { failure, phase } = end;
      const hasty = failure.kind === 'timed-out' && 2 * timeoutMs < this.#fullMs(deadlineMs);
      if (hasty) this.#leases.drop(connection);
      else this.#note(connection, failure.kind);
      if (judgeWrite({ kind: failure.kind, phase, idempotent: false }) === 'check') uncertain ??= failure;
      const verdict = judgeWrite({ kind: failure.kind, phase, idempotent });
      // There is one writer: what it has too much of it does not get again.
      const isOver = verdict !== 'again' || failure.pushedBack;
      if (isOver || !this.#budget.take(attempts, this.#clock.now())) throw this.#final(failure, uncertain);
      await this.#pause(failure.kind, attempts, deadlineAt);
    }
  }

  /**
   * What an attempt of an unhurried write may take. One that had less than half of it and ran out of time says
   * nothing about the writer: after a long outage those that waited longest would put the new writer in doubt,
   * one after the other, and nobody would ever write again.
   */
  #fullMs(deadlineMs: number): number {
    return Math.min(this.#limits.attemptTimeoutMs, deadlineMs);
  }

  async #lease(
    { deadlineAt, worthMs }: { readonly deadlineAt: number; readonly worthMs: number },
    uncertain: DatabaseFailure | null,
  ): Promise<Connection> {
    try {
      return await this.#leases.take(deadlineAt, worthMs);
    } catch (error) {
      this.#ports.outcomes.write(false);
      throw uncertain ? unknownOutcome(uncertain) : error;
    }
  }

  async #committed<T>(
    connection: Connection,
    value: T,
    options: WriteOptions,
    deadlineAt: number,
  ): Promise<Written<T>> {
    this.#ports.outcomes.ok(connection.memberId);
    this.#ports.outcomes.write(true);
    const position = options.position ? await this.#position(connection, deadlineAt) : null;
    this.#leases.release(connection);
    return { value, position };
  }

  /** The write is acknowledged whatever happens here: without a position the read will go to the writer. */
  async #position(connection: Connection, deadlineAt: number): Promise<Position> {
    const ms = Math.min(this.#limits.attemptTimeoutMs, deadlineAt - this.#clock.now());
    try {
      const asked = this.#ports.topology.position(connection);
      return (await within(this.#clock, ms, asked, () => new Error('late'))) ?? ON_WRITER;
    } catch {
      connection.destroy();
      return ON_WRITER;
    }
  }

  #note(connection: Connection, kind: FailureKind): void {
    this.#ports.outcomes.failed(connection.memberId, kind);
    if (kind === 'caller' || kind === 'conflict' || kind === 'load') this.#leases.release(connection);
    else this.#leases.drop(connection);
    this.#ports.watcher.writeFailed(connection.memberId, kind);
  }

  #final(failure: DatabaseFailure, uncertain: DatabaseFailure | null): Error {
    if (failure.kind !== 'caller') this.#ports.outcomes.write(false);
    return uncertain ? unknownOutcome(uncertain) : failure;
  }

  async #pause(kind: FailureKind, attempts: number, deadlineAt: number): Promise<void> {
    if (kind !== 'load' && kind !== 'conflict') return;
    const waitMs = this.#limits.pauseMs * 2 ** (attempts - 1) * (0.5 + this.#ports.random());
    const ms = Math.min(waitMs, deadlineAt - this.#clock.now());
    await new Promise<void>((resolve) => {
      this.#clock.after(Math.max(0, ms), resolve);
    });
  }

  #tend(): void {
    this.#timer = this.#clock.after(this.#limits.tendMs, () => this.#tend(), 'background');
    this.#leases.tend();
  }
}

function unknownOutcome(cause: DatabaseFailure): PoolError {
  const message = 'the write was sent and its acknowledgement was lost: it may or may not have taken effect';
  return new PoolError('outcome-unknown', message, cause);
}
