/** One connection to one member, only for asking it about itself and the cluster. */

import { within } from './bounded.ts';
import { DatabaseFailure } from './errors.ts';
import type { ClusterView, Clock, Connection, Connector, Member, Topology } from './ports.ts';

export interface MonitorLimits {
  /** Time one question may take on an open connection. */
  readonly askTimeoutMs: number;
  /** Time connecting may take. */
  readonly connectTimeoutMs: number;
  /** For how long a member that has no connection left is not asked for one. */
  readonly pushedBackMs: number;
}

export interface MonitorPorts {
  readonly connector: Connector;
  readonly topology: Topology;
  readonly clock: Clock;
}

export interface Asked {
  readonly view: ClusterView;
  /** When the question was put: the answer is at least as young. */
  readonly askedAt: number;
}

export class MemberMonitor {
  readonly member: Member;
  readonly #ports: MonitorPorts;
  readonly #limits: MonitorLimits;
  #connection: Connection | null = null;
  #asking: Promise<Asked> | null = null;
  #closed = false;
  /** The member has too much to do and is left alone until then. */
  #pushedBack: { readonly failure: DatabaseFailure; readonly until: number } | null = null;

  constructor(member: Member, ports: MonitorPorts, limits: MonitorLimits) {
    this.member = member;
    this.#ports = ports;
    this.#limits = limits;
  }

  /** Asks the member; questions that meet share one answer. Rejects with `DatabaseFailure`. */
  ask(): Promise<Asked> {
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = null;
    });
    return this.#asking;
  }

  close(): void {
    this.#closed = true;
    this.#connection?.destroy();
    this.#connection = null;
  }

  async #ask(): Promise<Asked> {
    const connection = this.#connection ?? (await this.#connect());
    const askedAt = this.#ports.clock.now();
    try {
      const view = await within(
        this.#ports.clock,
        this.#limits.askTimeoutMs,
        this.#ports.topology.view(connection),
        () => this.#late(),
      );
      return { view, askedAt };
    } catch (error) {
      // Nobody knows what is still unread on it (I-26).
      connection.destroy();
      if (this.#connection === connection) this.#connection = null;
      throw error;
    }
  }

  async #connect(): Promise<Connection> {
    const { connector, clock } = this.#ports;
    if (this.#pushedBack && clock.now() < this.#pushedBack.until) throw this.#pushedBack.failure;
    const options = { purpose: 'monitor', timeoutMs: this.#limits.connectTimeoutMs } as const;
    let connection: Connection;
    try {
      connection = await connector.connect(this.member, options);
    } catch (error) {
      if (error instanceof DatabaseFailure && error.pushedBack) {
        this.#pushedBack = { failure: error, until: clock.now() + this.#limits.pushedBackMs };
      }
      throw error;
    }
    if (this.#closed) {
      connection.destroy();
      throw new DatabaseFailure('lost', { memberId: this.member.id, message: 'the monitor is closed' });
    }
    connection.onLost(() => {
      if (this.#connection === connection) this.#connection = null;
    });
    this.#connection = connection;
    return connection;
  }

  #late(): DatabaseFailure {
    const message = `no answer within ${this.#limits.askTimeoutMs} ms`;
    return new DatabaseFailure('timed-out', { memberId: this.member.id, message });
  }
}
