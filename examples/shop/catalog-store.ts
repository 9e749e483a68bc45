/** Where the catalogue is kept: in the shop's database, read from its writer, so that a load sees every write. */

import { type Database, ON_WRITER, type Session } from '../../runtime/index.ts';
import type { CatalogProduct } from './catalog.ts';
import { forRequest } from './pool-store.ts';
import { statements } from './store.ts';

export interface PriceWrite {
  readonly id: number;
  readonly priceCents: number;
}

export interface PriceWritten<Note> {
  readonly version: number;
  readonly noted: Note;
}

export interface CatalogStore<In> {
  /** As of the newest write that was committed before it was asked. */
  product(id: number): Promise<CatalogProduct | null>;
  /** Writes the price and what `note` writes, in one transaction; null: no such product, and nothing is written. */
  setPrice<Note>(write: PriceWrite, note: (session: In) => Promise<Note>): Promise<PriceWritten<Note> | null>;
}

export interface CatalogRow {
  readonly id: number;
  readonly name: string;
  readonly price_cents: number;
  readonly version: number;
}

/** The load counts an answer after 5 s as a failure; the invalidation takes its time after the write. */
const DEADLINE_MS = 2500;

export class PoolCatalogStore implements CatalogStore<Session> {
  readonly #database: Database;
  readonly #sql: ReturnType<typeof statements>;

  constructor(database: Database, user: string) {
    this.#database = database;
    this.#sql = statements(user);
  }

  async product(id: number): Promise<CatalogProduct | null> {
    const { sql, met, deadlineMs } = forRequest(this.#sql.catalogProduct, DEADLINE_MS);
    const { rows } = await this.#database.reads.read(
      (session) => {
        met('read', session);
        return session.query<CatalogRow>(sql, [id]);
      },
      { after: ON_WRITER, deadlineMs },
    );
    return toCatalogProduct(rows[0]);
  }

  async setPrice<Note>(
    { id, priceCents }: PriceWrite,
    note: (session: Session) => Promise<Note>,
  ): Promise<PriceWritten<Note> | null> {
    const { sql, met, deadlineMs } = forRequest(this.#sql.setPrice, DEADLINE_MS);
    const { value } = await this.#database.writes.execute(
      async (session) => {
        met('write', session);
        const { rows } = await session.query<CatalogRow>(sql, [id, priceCents]);
        const row = rows[0];
        return row === undefined ? null : { version: row.version, noted: await note(session) };
      },
      { deadlineMs },
    );
    return value;
  }
}

export function toCatalogProduct(row: CatalogRow | undefined): CatalogProduct | null {
  return row ? { id: row.id, name: row.name, priceCents: row.price_cents, version: row.version } : null;
}
