/** The shop's store over Understudy's pools. */

import type { Database } from '../../runtime/index.ts';
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

  product(id: number): Promise<Product | null> {
    return this.#database.reads.read(
      async (session) => {
        const { rows } = await session.query<ProductRow>(this.#sql.product, [id]);
        const row = rows[0];
        return row
          ? { id: row.id, name: row.name, priceCents: row.price_cents, servedBy: session.memberId }
          : null;
      },
      { deadlineMs: DEADLINE_MS },
    );
  }

  async placeOrder({ id, productId, quantity }: Order): Promise<string> {
    const { position } = await this.#database.writes.execute(
      (session) => session.query(this.#sql.placeOrder, [id, productId, quantity]),
      { idempotent: true, position: true, deadlineMs: DEADLINE_MS },
    );
    return position!;
  }

  async order(id: string, after: string | null): Promise<Order | null> {
    const { rows } = await this.#database.reads.query<OrderRow>(this.#sql.order, [id], {
      after,
      deadlineMs: DEADLINE_MS,
    });
    return toOrder(rows[0]);
  }

  status(): object {
    return this.#database.describe();
  }

  close(): Promise<void> {
    return this.#database.close(DRAIN_MS);
  }
}
