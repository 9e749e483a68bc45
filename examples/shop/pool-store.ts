/** The shop's store over Understudy's pools. */

import { randomUUID } from 'node:crypto';
import { type Database, type Session, withTraceComment } from '../../runtime/index.ts';
import { currentRequest } from '../shared/request-context.ts';
import {
  type Order,
  type OrderRow,
  type Product,
  type ProductRow,
  statements,
  type Store,
  toOrder,
} from './store.ts';

/** The load counts an answer after 5 s as a failure. */
const DEADLINE_MS = 4500;
const DRAIN_MS = 4000;
/** Two shops may start at the same moment: one at a time makes the tables. */
const PREPARE_LOCK = 7_205_001;

export class PoolStore implements Store {
  readonly #database: Database;
  readonly #sql: ReturnType<typeof statements>;
  readonly #user: string;

  constructor(database: Database, user: string) {
    this.#database = database;
    this.#user = user;
    this.#sql = statements(user);
  }

  async prepare(): Promise<void> {
    const { prepare, schemaExists, createSchema } = this.#sql;
    await this.#database.writes.execute(
      async (session) => {
        await session.query('select pg_advisory_xact_lock($1)', [PREPARE_LOCK]);
        const { rowCount } = await session.query(schemaExists, [this.#user]);
        if (rowCount === 0) await session.query(createSchema);
        for (const statement of prepare) await session.query(statement);
      },
      { idempotent: true, deadlineMs: DEADLINE_MS },
    );
  }

  async product(id: number): Promise<Product | null> {
    const { sql, met, deadlineMs } = forRequest(this.#sql.product);
    return this.#database.reads.read(
      async (session) => {
        met('read', session);
        const { rows } = await session.query<ProductRow>(sql, [id]);
        const row = rows[0];
        return row
          ? { id: row.id, name: row.name, priceCents: row.price_cents, servedBy: session.memberId }
          : null;
      },
      { deadlineMs },
    );
  }

  async placeOrder({ id, productId, quantity }: Order): Promise<string> {
    const { sql, met, deadlineMs } = forRequest(this.#sql.placeOrder);
    // One for all attempts of this request: what the pool does again is not a second order.
    const request = randomUUID();
    const { position } = await this.#database.writes.execute(
      (session) => {
        met('write', session);
        return session.query(sql, [id, productId, quantity, request]);
      },
      { idempotent: true, position: true, deadlineMs },
    );
    return position!;
  }

  async order(id: string, after: string | null): Promise<Order | null> {
    const { sql, met, deadlineMs } = forRequest(this.#sql.order);
    const { rows } = await this.#database.reads.read(
      (session) => {
        met('read', session);
        return session.query<OrderRow>(sql, [id]);
      },
      { after, deadlineMs },
    );
    return toOrder(rows[0]);
  }

  status(): object {
    return this.#database.describe();
  }

  close(): Promise<void> {
    return this.#database.close(DRAIN_MS);
  }
}

export interface ForRequest {
  /** The statement, with the trace of the request. */
  readonly sql: string;
  readonly deadlineMs: number;
  /** Notes the member that serves. */
  met(what: 'read' | 'write', session: Session): void;
}

/**
 * A statement for the request that is under way. Asked for before the pool is: its work may run in the turn of another
 * request.
 */
export function forRequest(statement: string, deadlineMsMax = DEADLINE_MS): ForRequest {
  const request = currentRequest();
  return {
    sql: withTraceComment(statement, request?.trace),
    // The pools take a time of 1 ms and more; what is over was refused before.
    deadlineMs: Math.max(1, request?.leftMs(deadlineMsMax) ?? deadlineMsMax),
    met: (what, { memberId }) => request?.met('database', { [what]: memberId }),
  };
}
