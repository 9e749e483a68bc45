/**
 * The connections of the write pool: only to the verified writer, and each one verified by asking on it before its
 * first use (I-27). When the writer is in doubt or moves, every connection to it is dropped at once, and the
 * requests wait for the next writer instead of failing.
 */

import type { ClusterWatcher } from './cluster-watcher.ts';
import { within } from './bounded.ts';
import { ConnectionSet } from './connection-set.ts';
import { DatabaseFailure, PoolError } from './errors.ts';
import type { Clock, Connection, Connector, Member, Random, Topology } from './ports.ts';
import { WaitQueue } from './wait-queue.ts';
import type { WritePoolLimits } from './write-limits.ts';

export interface WriterLeaseOptions {
  readonly connector: Connector;
  readonly topology: Topology;
  readonly clock: Clock;
  readonly random: Random;
  readonly watcher: ClusterWatcher;
}

export class WriterLeases {
  readonly #options: WriterLeaseOptions;
  readonly #limits: WritePoolLimits;
  readonly #queue: WaitQueue;
  readonly #owners = new Map<Connection, ConnectionSet>();
  readonly #unfollow: () => void;
  #set: ConnectionSet | null = null;
  #closed = false;

  constructor(options: WriterLeaseOptions, limits: WritePoolLimits) {
    this.#options = options;
    this.#limits = limits;
    this.#queue = new WaitQueue(options.clock, limits);
    this.#unfollow = options.watcher.onChange(() => this.#follow());
    this.#follow();
  }

  /**
   * Waits for a connection to the verified writer, until less than `worthMs` is left before the deadline: the
   * connection then goes to a write that can still use it. Rejects with `PoolError`.
   */
  async take(deadlineAt: number, worthMs: number): Promise<Connection> {
    const { clock } = this.#options;
    const since = clock.now();
    const startBy = deadlineAt - worthMs;
    for (;;) {
      if (this.#closed) throw new PoolError('pool-closed', 'the write pool is closed');
      const connection = await this.#find(clock.now());
      const waitMs = startBy - clock.now();
      if (connection && waitMs >= 0) return connection;
      if (connection) this.release(connection);
      if (waitMs <= 0) throw this.#refusal();
      await this.#queue.wait(waitMs, since);
    }
  }

  release(connection: Connection): void {
    const set = this.#owners.get(connection);
    this.#owners.delete(connection);
    if (set && this.#current(set)) set.release(connection);
    else if (set) set.drop(connection);
    else connection.destroy();
  }

  drop(connection: Connection): void {
    const set = this.#owners.get(connection);
    this.#owners.delete(connection);
    if (set) set.drop(connection);
    else connection.destroy();
  }

  tend(): void {
    if (this.#set && this.#current(this.#set)) this.#set.tend();
    if (this.#queue.length > 0) this.#queue.wakeAll();
  }

  describe(): { idle: number; busy: number; waiting: number } {
    return { idle: this.#set?.idle ?? 0, busy: this.#set?.busy ?? 0, waiting: this.#queue.length };
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#unfollow();
    this.#queue.wakeAll();
    const set = this.#set;
    this.#set = null;
    const goodbyes = set?.close();
    set?.dropAll();
    await goodbyes;
  }

  async #find(now: number): Promise<Connection | null> {
    const set = this.#set;
    if (!set || !this.#current(set)) return null;
    let connection = set.takeIdle();
    if (!connection) {
      if (!set.canConnect(now)) return null;
      try {
        connection = await set.connect();
      } catch (error) {
        if (error instanceof PoolError && this.#closed) throw error;
        return null;
      }
    }
    if (!this.#current(set)) {
      set.drop(connection);
      return null;
    }
    this.#owners.set(connection, set);
    return connection;
  }

  /**
   * While the writer is in doubt, none of its idle connections survives and no new work goes there; what is under
   * way may still be answered. Once another member is verified, the rest is dropped too: a write that hangs on the
   * old writer ends now instead of at its time limit.
   */
  #follow(): void {
    if (this.#closed) return;
    const writer = this.#options.watcher.writerMember();
    if (!writer) {
      this.#set?.dropIdle();
      return;
    }
    if (this.#set?.member.id === writer.id) {
      this.#queue.wakeAll();
      return;
    }
    this.#set?.dropAll();
    void this.#set?.close();
    this.#set = this.#setFor(writer);
    this.#set.tend();
    this.#queue.wakeAll();
  }

  #setFor(member: Member): ConnectionSet {
    const { clock, random, watcher } = this.#options;
    return new ConnectionSet({
      member,
      clock,
      random,
      limits: this.#limits.connections,
      open: () => this.#openVerified(member),
      events: {
        available: () => this.#queue.wakeOne(),
        failed: (failure) => watcher.writeFailed(member.id, failure.kind),
      },
    });
  }

  async #openVerified(member: Member): Promise<Connection> {
    const { connector, topology, clock, watcher } = this.#options;
    const timeoutMs = this.#limits.connectTimeoutMs;
    const connection = await connector.connect(member, { purpose: 'write', timeoutMs });
    const askedAt = clock.now();
    try {
      const late = (): Error =>
        new DatabaseFailure('timed-out', {
          memberId: member.id,
          message: `no answer to "are you the writer" within ${timeoutMs} ms`,
        });
      const isWriter = await within(clock, timeoutMs, topology.isWriter(connection), late);
      watcher.writerSaid(member.id, isWriter, askedAt);
      if (isWriter) return connection;
    } catch (error) {
      connection.destroy();
      throw error;
    }
    connection.destroy();
    throw new DatabaseFailure('read-only', { memberId: member.id, message: 'is not the writer' });
  }

  /** The set's member is the verified writer at this moment. */
  #current(set: ConnectionSet): boolean {
    return set === this.#set && this.#options.watcher.writerMember()?.id === set.member.id;
  }

  #refusal(): PoolError {
    const state = this.#options.watcher.writer;
    if (state.kind === 'verified') {
      return new PoolError('queue-full', `every connection to the writer ${state.memberId} stayed busy`);
    }
    const who =
      state.kind === 'doubted'
        ? `the writer ${state.memberId} is in doubt (${state.reason})`
        : 'no writer is known';
    return new PoolError('no-writer', `${who}, and no other was found before the deadline`);
  }
}
