/** One connection to one member, only for asking it about itself and the cluster. */

import { within } from './bounded.ts';
import { DatabaseFailure } from './errors.ts';
import type { ClusterView, Clock, Connection, Connector, Member, Topology } from './ports.ts';

export interface MonitorLimits {
  /** Time one question may take on an open connection. */
  readonly askTimeoutMs: number;
  /** Time connecting may take. */
  readonly connectTimeoutMs: number;
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
    const { connector } = this.#ports;
    const options = { purpose: 'monitor', timeoutMs: this.#limits.connectTimeoutMs } as const;
    const connection = await connector.connect(this.member, options);
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
