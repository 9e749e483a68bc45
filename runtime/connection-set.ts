/**
 * The connections of one pool to one member: a bounded number, the most recently used first, some kept warm.
 * After a failed connect it waits before the next, so that a dead member costs one attempt and not a storm.
 */

import { type BackoffLimits, backoffMs } from '../core/pools/index.ts';
import { DatabaseFailure, PoolError } from './errors.ts';
import type { Clock, Connection, Member, Random } from './ports.ts';

export interface ConnectionSetLimits {
  /** Connections to one member, the ones being made included. */
  readonly connectionsMax: number;
  /** Connections kept open when nothing is to do. */
  readonly connectionsWarm: number;
  /** Connections being made at once, so that a recovery is no storm (F-27). */
  readonly connectingMax: number;
  /** An idle connection above the warm ones is closed after this time. */
  readonly idleMs: number;
  /** Wait between failed connects. */
  readonly backoff: BackoffLimits;
}

export const CONNECTION_SET_DEFAULTS: ConnectionSetLimits = {
  connectionsMax: 10,
  connectionsWarm: 2,
  connectingMax: 4,
  idleMs: 60_000,
  backoff: { msMin: 50, msMax: 2000, jitterRatio: 0.3 },
};

export interface ConnectionSetEvents {
  /** A connection can be taken, or one more can be made. */
  available(): void;
  /** An idle connection was lost, or a connection could not be made. */
  failed(failure: DatabaseFailure): void;
}

export interface ConnectionSetOptions {
  readonly member: Member;
  readonly clock: Clock;
  readonly random: Random;
  readonly limits: ConnectionSetLimits;
  /** Makes a connection that is ready to be used, verified where that is asked for. */
  readonly open: () => Promise<Connection>;
  readonly events: ConnectionSetEvents;
}

interface Idle {
  readonly connection: Connection;
  readonly since: number;
}

export class ConnectionSet {
  readonly member: Member;
  readonly #options: ConnectionSetOptions;
  readonly #idle: Idle[] = [];
  readonly #busy = new Set<Connection>();
  #connecting = 0;
  #failures = 0;
  #retryAt = 0;
  #closed = false;

  constructor(options: ConnectionSetOptions) {
    this.#options = options;
    this.member = options.member;
  }

  get idle(): number {
    return this.#idle.length;
  }

  get busy(): number {
    return this.#busy.size;
  }

  get connecting(): number {
    return this.#connecting;
  }

  get open(): number {
    return this.#idle.length + this.#busy.size + this.#connecting;
  }

  /** True while connects to the member fail. */
  get failing(): boolean {
    return this.#failures > 0;
  }

  canConnect(now: number): boolean {
    const { connectionsMax, connectingMax } = this.#options.limits;
    return (
      !this.#closed && this.open < connectionsMax && this.#connecting < connectingMax && now >= this.#retryAt
    );
  }

  takeIdle(): Connection | undefined {
    const idle = this.#idle.pop();
    if (!idle) return undefined;
    this.#busy.add(idle.connection);
    return idle.connection;
  }

  /** Makes one more connection and hands it out. Rejects with `DatabaseFailure`. Ask `canConnect` first. */
  async connect(): Promise<Connection> {
    if (this.#closed) throw new PoolError('pool-closed', 'the pool is closed');
    this.#connecting += 1;
    try {
      const connection = await this.#options.open();
      if (this.#closed) {
        connection.destroy();
        throw new PoolError('pool-closed', 'the pool is closed');
      }
      this.#works();
      this.#watch(connection);
      this.#busy.add(connection);
      return connection;
    } catch (error) {
      if (error instanceof DatabaseFailure) this.#fails(error);
      throw error;
    } finally {
      this.#connecting -= 1;
    }
  }

  /** Takes a connection back: kept where it is reusable, destroyed where anything is left unread. */
  release(connection: Connection): void {
    if (!this.#busy.delete(connection)) return;
    if (this.#closed || !connection.reusable) connection.destroy();
    else this.#idle.push({ connection, since: this.#options.clock.now() });
    this.#options.events.available();
  }

  /** Takes a connection out for good. */
  drop(connection: Connection): void {
    connection.destroy();
    if (this.#busy.delete(connection)) this.#options.events.available();
  }

  /** Adds a connection made elsewhere, such as by a probe. */
  adopt(connection: Connection): void {
    this.#works();
    this.#watch(connection);
    this.#busy.add(connection);
    this.release(connection);
  }

  /** Makes warm connections up to the minimum and closes the ones nobody needed for long. */
  tend(): void {
    const { clock, limits } = this.#options;
    const now = clock.now();
    while (this.#idle.length > limits.connectionsWarm && now - this.#idle[0]!.since > limits.idleMs) {
      void this.#idle.shift()!.connection.close();
    }
    const missing = limits.connectionsWarm - this.open;
    for (let made = 0; made < missing && this.canConnect(now); made += 1) void this.#warm();
  }

  /** Drops every connection at once, the ones in use too: their outstanding replies are rejected. */
  dropAll(): void {
    for (const { connection } of this.#idle.splice(0)) connection.destroy();
    for (const connection of this.#busy) connection.destroy();
    this.#busy.clear();
  }

  dropIdle(): void {
    for (const { connection } of this.#idle.splice(0)) connection.destroy();
  }

  /** No new connection from here on; idle ones say goodbye, busy ones go when they are released. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#idle.splice(0).map(({ connection }) => connection.close()));
  }

  async #warm(): Promise<void> {
    try {
      const connection = await this.connect();
      this.release(connection);
    } catch {
      // Reported by `connect`; the next tend tries again after the back-off.
    }
  }

  #works(): void {
    this.#failures = 0;
    this.#retryAt = 0;
  }

  #fails(failure: DatabaseFailure): void {
    const { clock, random, limits, events } = this.#options;
    this.#failures += 1;
    // A server that has too many connections is not asked for one more until the longest wait is over.
    const failures = failure.pushedBack ? Infinity : this.#failures;
    this.#retryAt = clock.now() + backoffMs(failures, random(), limits.backoff);
    events.failed(failure);
  }

  #watch(connection: Connection): void {
    connection.onLost(() => {
      const at = this.#idle.findIndex((idle) => idle.connection === connection);
      if (at < 0) return;
      this.#idle.splice(at, 1);
      const failure = { memberId: this.member.id, message: 'an idle connection was lost' };
      this.#options.events.failed(new DatabaseFailure('lost', failure));
    });
  }
}
