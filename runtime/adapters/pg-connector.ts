/** Connects to members with `pg`. */

import { Client } from 'pg';
import type { ConnectionOptions } from 'node:tls';
import { DatabaseFailure } from '../errors.ts';
import type { Connector, Member, Purpose } from '../ports.ts';
import { failureOf, PgConnection, socketOf } from './pg-connection.ts';

export interface PgConnectorOptions {
  readonly port: number;
  readonly database: string;
  readonly user: string;
  /** Asked anew for each connection, so that a token that expired meanwhile harms nothing. */
  readonly password: (member: Member) => Promise<string>;
  /** Host and certificate authority are verified (verify-full). `off` is for tests against a local server. */
  readonly tls: 'off' | Pick<ConnectionOptions, 'ca'>;
  /** Shown in `pg_stat_activity`. */
  readonly applicationName: string;
  /**
   * The server itself gives up on a statement after this time, and on a transaction in which nothing is asked for so
   * long: nothing that we abandoned runs on, and a frozen process keeps no locks.
   */
  readonly statementTimeoutMs: number;
}

export class PgConnector implements Connector {
  readonly #options: PgConnectorOptions;
  readonly #connecting = new Set<Client>();

  constructor(options: PgConnectorOptions) {
    this.#options = options;
  }

  async connect(
    member: Member,
    options: { readonly purpose: Purpose; readonly timeoutMs: number },
  ): Promise<PgConnection> {
    const { port, database, user, password, tls, applicationName } = this.#options;
    const client = new Client({
      host: member.host,
      port,
      database,
      user,
      password: () => password(member),
      ssl: tls === 'off' ? false : { ...tls, rejectUnauthorized: true },
      application_name: applicationName,
      options: this.#startupOptions(options.purpose),
      keepAlive: true,
      keepAliveInitialDelayMillis: 1000,
    });
    // An error after a failed connect has nobody left to tell.
    client.on('error', () => {});
    this.#connecting.add(client);
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      socketOf(client).destroy();
    }, options.timeoutMs);
    try {
      await client.connect();
      return new PgConnection(member.id, client);
    } catch (error) {
      socketOf(client).destroy();
      if (!timedOut) throw failureOf(member.id, error);
      const message = `no connection within ${options.timeoutMs} ms`;
      throw new DatabaseFailure('timed-out', { memberId: member.id, message, cause: error });
    } finally {
      clearTimeout(timer);
      this.#connecting.delete(client);
    }
  }

  close(): void {
    for (const client of this.#connecting) socketOf(client).destroy();
  }

  /** Reads cannot write by mistake, not even when they are served by the writer. */
  #startupOptions(purpose: Purpose): string {
    const ms = this.#options.statementTimeoutMs;
    const limits = `-c statement_timeout=${ms} -c idle_in_transaction_session_timeout=${ms}`;
    return purpose === 'read' ? `${limits} -c default_transaction_read_only=on` : limits;
  }
}
