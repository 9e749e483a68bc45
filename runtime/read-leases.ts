/**
 * Finds a connection for one attempt of a read: a fresh reader, else the writer up to its cap, else nobody (I-37).
 */

import { ON_WRITER, type Position, spillCap } from '../core/pools/index.ts';
import type { ClusterWatcher } from './cluster-watcher.ts';
import { ConnectionSet } from './connection-set.ts';
import { type DatabaseFailure, PoolError } from './errors.ts';
import type { Clock, Connection, Connector, Random, Topology } from './ports.ts';
import type { ReadPoolLimits } from './read-limits.ts';
import type { Reader, Readers, Wish } from './readers.ts';
import { WaitQueue } from './wait-queue.ts';

export interface Lease {
  readonly memberId: string;
  readonly connection: Connection;
  readonly set: ConnectionSet;
  /** Null on the writer. */
  readonly reader: Reader | null;
}

export interface LeaseWish {
  readonly tried: ReadonlySet<string>;
  readonly after: Position | null;
  readonly deadlineAt: number;
  /** Told when a connection is being made: from here on the member, not the queue, takes the time. */
  readonly connecting: () => void;
}

export interface LeaseOptions {
  readonly connector: Connector;
  readonly topology: Topology;
  readonly clock: Clock;
  readonly random: Random;
  readonly limits: ReadPoolLimits;
  readonly readers: Readers;
  readonly watcher: ClusterWatcher;
  readonly failed: (memberId: string, failure: DatabaseFailure) => void;
}

const NONE: ReadonlySet<string> = new Set();

export class ReadLeases {
  readonly #options: LeaseOptions;
  readonly #queue: WaitQueue;
  #writer: ConnectionSet | null = null;
  #spilled = 0;
  #shed = 0;

  constructor(options: LeaseOptions) {
    this.#options = options;
    this.#queue = new WaitQueue(options.clock, { waitersMax: options.limits.waitersMax });
  }

  /** A fresh reader's connection that is at hand right now: the common case, without a turn of the event loop. */
  takeNow(wish: Wish): Lease | null {
    if (wish.after === ON_WRITER || this.#queue.length > 0) return null;
    const reader = this.#options.readers.idle(wish, this.#options.clock.now());
    return reader ? leaseOf(reader.set, reader.set.takeIdle()!, reader) : null;
  }

  /** Rejects with `PoolError` where nobody can serve, with `DatabaseFailure` where connecting failed. */
  async take(wish: LeaseWish): Promise<Lease> {
    const { clock, limits } = this.#options;
    const startedAt = clock.now();
    for (;;) {
      const now = clock.now();
      const lease = await this.#find(wish, now, now - startedAt >= limits.spillAfterMs);
      if (lease) return lease;
      const waitMs = this.#waitMs(wish, now - startedAt, now);
      if (waitMs <= 0) throw this.#refusal();
      await this.#queue.wait(waitMs);
    }
  }

  /** Something became available. */
  wake(): void {
    this.#queue.wakeOne();
  }

  wakeAll(): void {
    this.#queue.wakeAll();
  }

  /** Keeps the connections for spilled reads with whoever is the verified writer. */
  followWriter(): void {
    const member = this.#options.watcher.writerMember();
    if (!member || this.#writer?.member.id === member.id) return;
    const { connector, clock, random, limits, failed } = this.#options;
    this.#writer?.dropIdle();
    void this.#writer?.close();
    const connectionsMax = spillCap(limits.writerConnections, limits.spill);
    const open = (): Promise<Connection> =>
      connector.connect(member, { purpose: 'read', timeoutMs: limits.connectTimeoutMs });
    const events = { available: () => this.wake(), failed: (f: DatabaseFailure) => failed(member.id, f) };
    const setLimits = { ...limits.connections, connectionsMax, connectionsWarm: Math.min(1, connectionsMax) };
    this.#writer = new ConnectionSet({ member, clock, random, limits: setLimits, open, events });
  }

  tend(): void {
    this.#writer?.tend();
    if (this.#queue.length > 0) this.wakeAll();
  }

  async close(): Promise<void> {
    this.wakeAll();
    await this.#writer?.close();
  }

  dropAll(): void {
    this.#writer?.dropAll();
  }

  describe(): { waiting: number; spilled: number; shed: number; atWriter: number; writerCap: number } {
    const { limits } = this.#options;
    return {
      waiting: this.#queue.length,
      spilled: this.#spilled,
      shed: this.#shed,
      atWriter: this.#writer?.busy ?? 0,
      writerCap: spillCap(limits.writerConnections, limits.spill),
    };
  }

  async #find(wish: LeaseWish, now: number, maySpill: boolean): Promise<Lease | null> {
    const { readers } = this.#options;
    const reader = this.#fromReaders(wish, wish, now);
    if (reader) return reader;
    if (wish.after !== null && wish.after !== ON_WRITER) {
      const fresh = await this.#askedReader(wish, wish.after, now);
      if (fresh) return fresh;
    }
    const othersBusy = wish.after === null && readers.busy(wish, now) !== undefined;
    if (maySpill || !othersBusy) {
      const spilled = this.#fromWriter(wish, now);
      if (spilled) return spilled;
    }
    if (othersBusy) return null;
    const anybody = { tried: NONE, after: wish.after };
    return this.#fromReaders(anybody, wish, now, this.#writerSet() === null);
  }

  #fromReaders(
    filter: Wish,
    wish: LeaseWish,
    now: number,
    lastResort = false,
  ): Lease | Promise<Lease> | null {
    const { readers } = this.#options;
    if (filter.after === ON_WRITER) return null;
    const idle = readers.idle(filter, now);
    if (idle) return leaseOf(idle.set, idle.set.takeIdle()!, idle);
    const next = readers.connectable(filter, now, lastResort);
    return next ? this.#connect(next.set, next, wish) : null;
  }

  /**
   * A read after a write, and no reader is known to be far enough: what is known may be a second old, so one
   * reader is asked for its position now. That costs a round trip and spares the writer.
   */
  async #askedReader(wish: LeaseWish, after: Position, now: number): Promise<Lease | null> {
    const { readers, topology, clock, limits } = this.#options;
    const reader = readers.idle({ tried: wish.tried, after: null }, now);
    const connection = reader?.set.takeIdle();
    if (!reader || !connection) return null;
    const cancel = clock.after(limits.secondAttempt.msMax, () => reader.set.drop(connection));
    try {
      reader.position = await topology.position(connection);
    } catch {
      reader.set.drop(connection);
      return null;
    } finally {
      cancel();
    }
    const shows = readers.shows(reader, after);
    if (shows) return leaseOf(reader.set, connection, reader);
    reader.set.release(connection);
    return null;
  }

  #fromWriter(wish: LeaseWish, now: number): Lease | Promise<Lease> | null {
    const set = this.#writerSet();
    if (!set) return null;
    const idle = set.takeIdle();
    if (!idle && !set.canConnect(now)) return null;
    this.#spilled += 1;
    return idle ? leaseOf(set, idle, null) : this.#connect(set, null, wish);
  }

  /** The connections to the writer, while it is verified. */
  #writerSet(): ConnectionSet | null {
    const set = this.#writer;
    return set && this.#options.watcher.writerMember()?.id === set.member.id ? set : null;
  }

  async #connect(set: ConnectionSet, reader: Reader | null, wish: LeaseWish): Promise<Lease> {
    wish.connecting();
    return leaseOf(set, await set.connect(), reader);
  }

  /** Where members can serve but are full, waiting is cut short (shed); where none is reachable, only by the deadline. */
  #waitMs(wish: LeaseWish, waited: number, now: number): number {
    const untilDeadline = wish.deadlineAt - now;
    return this.#reachable()
      ? Math.min(untilDeadline, this.#options.limits.shedAfterMs - waited)
      : untilDeadline;
  }

  #reachable(): boolean {
    const writerOpen = this.#writer !== null && this.#writer.open > 0;
    return writerOpen || this.#options.readers.list.some((reader) => reader.set.open > 0);
  }

  #refusal(): PoolError {
    if (!this.#reachable()) return new PoolError('no-member', 'no member of the database can be reached');
    this.#shed += 1;
    const cap = spillCap(this.#options.limits.writerConnections, this.#options.limits.spill);
    const message = `no reader can serve and the writer already serves its share of reads (${cap} at once)`;
    return new PoolError('reads-shed', message);
  }
}

function leaseOf(set: ConnectionSet, connection: Connection, reader: Reader | null): Lease {
  return { memberId: set.member.id, connection, set, reader };
}
