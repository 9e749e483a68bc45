/** What the application's work gets: one connection, for as long as the work runs and no longer. */

import { PoolError } from './errors.ts';
import type { Connection, QueryResult } from './ports.ts';

export interface Session {
  /** The member that serves. */
  readonly memberId: string;
  /** Runs one statement. Rejects with `DatabaseFailure`. */
  query<Row = Record<string, unknown>>(text: string, values?: readonly unknown[]): Promise<QueryResult<Row>>;
}

export class LeasedSession implements Session {
  readonly #connection: Connection;
  #ended = false;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  get memberId(): string {
    return this.#connection.memberId;
  }

  query<Row>(text: string, values?: readonly unknown[]): Promise<QueryResult<Row>> {
    if (this.#ended) {
      const message = 'the session was used after its work had ended: await every query inside the work';
      return Promise.reject(new PoolError('session-ended', message));
    }
    return this.#connection.query<Row>(text, values);
  }

  end(): void {
    this.#ended = true;
  }
}
