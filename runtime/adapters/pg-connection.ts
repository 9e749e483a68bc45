/** One `pg` client behind the `Connection` port: every error a `DatabaseFailure`, every socket accounted for. */

import type { Client } from 'pg';
import { classifySqlState, type FailureKind } from '../../core/pools/index.ts';
import { DatabaseFailure } from '../errors.ts';
import type { Connection, QueryResult } from '../ports.ts';

const GOODBYE_MS = 1000;

export class PgConnection implements Connection {
  readonly memberId: string;
  readonly #client: Client;
  readonly #closed: Promise<void>;
  #outstanding = 0;
  #state: 'open' | 'closing' | 'gone' = 'open';
  #onLost: (() => void) | null = null;
  #doubtfulCommit = false;

  /** Takes over a connected client. */
  constructor(memberId: string, client: Client) {
    this.memberId = memberId;
    this.#client = client;
    client.on('error', () => this.#gone());
    client.on('notice', (notice) => {
      if (isUnreplicatedCommit(notice)) this.#doubtfulCommit = true;
    });
    this.#closed = new Promise((resolve) => {
      client.once('end', () => {
        this.#gone();
        resolve();
      });
    });
  }

  get reusable(): boolean {
    return this.#state === 'open' && this.#outstanding === 0 && this.#client.getTransactionStatus() === 'I';
  }

  async query<Row>(text: string, values: readonly unknown[] = []): Promise<QueryResult<Row>> {
    if (this.#state !== 'open') throw this.#failure('lost', new Error('the connection is closed'));
    this.#outstanding += 1;
    this.#doubtfulCommit = false;
    try {
      // Without values the simple protocol is used: one message instead of five.
      const result =
        values.length === 0 ? await this.#client.query(text) : await this.#client.query(text, [...values]);
      if (this.#doubtfulCommit)
        throw this.#failure('unknown', new Error('committed here, replication not confirmed'));
      return { rows: result.rows as Row[], rowCount: result.rowCount ?? 0, command: result.command };
    } catch (error) {
      throw error instanceof DatabaseFailure ? error : failureOf(this.memberId, error);
    } finally {
      this.#outstanding -= 1;
    }
  }

  destroy(): void {
    if (this.#state === 'gone') return;
    this.#state = 'gone';
    this.#onLost = null;
    socketOf(this.#client).destroy();
  }

  async close(): Promise<void> {
    if (this.#state === 'gone') return;
    this.#state = 'closing';
    this.#onLost = null;
    const hurry = setTimeout(() => this.destroy(), GOODBYE_MS);
    void this.#client.end().catch(() => this.destroy());
    await this.#closed;
    clearTimeout(hurry);
  }

  onLost(listener: () => void): void {
    this.#onLost = listener;
    if (this.#state === 'gone') this.#tellLost();
  }

  #gone(): void {
    if (this.#state === 'gone') return;
    this.#state = 'gone';
    socketOf(this.#client).destroy();
    this.#tellLost();
  }

  #tellLost(): void {
    const tell = this.#onLost;
    this.#onLost = null;
    tell?.();
  }

  #failure(kind: 'lost' | 'unknown', cause: Error): DatabaseFailure {
    return new DatabaseFailure(kind, { memberId: this.memberId, message: cause.message, cause });
  }
}

/** The socket below a client: `pg` has no public way to close it without waiting for the server. */
export function socketOf(client: Client): { destroy(): void } {
  return client.connection.stream;
}

/** An error of `pg`, a socket or TLS, in our words. */
export function failureOf(memberId: string, error: unknown): DatabaseFailure {
  const cause = error instanceof Error ? error : new Error(String(error));
  const code = codeOf(cause);
  const sqlState = 'severity' in cause && /^[0-9A-Z]{5}$/.test(code) ? code : null;
  const kind = sqlState === null ? kindWithoutState(cause, code) : classifySqlState(sqlState);
  return new DatabaseFailure(kind, { memberId, message: cause.message, sqlState, cause });
}

function codeOf(error: Error): string {
  const code = (error as { code?: unknown }).code;
  return typeof code === 'string' ? code : '';
}

function kindWithoutState(error: Error, code: string): FailureKind {
  if (/^ERR_TLS|CERT|UNABLE_TO_/.test(code) || error.name === 'CredentialsProviderError') return 'login';
  // A value that cannot be sent: nothing went over the wire.
  if (error instanceof TypeError || error instanceof RangeError) return 'caller';
  return 'lost';
}

/** F-33: a commit whose wait for the standby was cancelled is visible, but may not survive a failover. */
function isUnreplicatedCommit(notice: unknown): boolean {
  const { severity, message } = notice as { severity?: string; message?: string };
  return severity === 'WARNING' && /synchronous replication/.test(message ?? '');
}
