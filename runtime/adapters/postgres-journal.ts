/** Invalidations that a shard has not had, in PostgreSQL: `core/cache/protocol/ledger.ts` as transactions. */

import {
  closeRow,
  JOURNAL_TABLE,
  type JournalEntry,
  type Report,
  type Reported,
  RING_TABLE,
  SHARD_TABLE,
  type ShardRow,
  takesDeletions,
} from '../../core/cache/protocol/index.ts';
import type { Journal, Recorded } from '../cache/ports.ts';
import type { Session } from '../session.ts';
import { type LedgerTables, RING_JSON, SHARD_JSON } from './ledger-tables.ts';

/** Journals the keys, oldest first, if the row is one that `row` names. */
const APPENDED = `
  insert into ${JOURNAL_TABLE} (cache, shard, key)
  select row.cache, row.shard, k.key from row, unnest($3::bytea[]) with ordinality k(key, at) order by k.at
  returning id`;

export class PostgresJournal implements Journal {
  readonly #tables: LedgerTables;

  constructor(tables: LedgerTables) {
    this.#tables = tables;
  }

  /** One statement, for it is part of every write. */
  async record(session: Session, shard: number, keys: readonly string[]): Promise<Recorded> {
    const { rows } = await session.query<Recorded>(
      `with ring as materialized (select * from ${RING_TABLE} where cache = $1 for share),
         row as materialized (
           select s.* from ring r, ${SHARD_TABLE} s where s.cache = r.cache and s.shard = $2 for share of s),
         added as (${APPENDED})
       select ${RING_JSON} as ring, ${SHARD_JSON} as row,
         (select coalesce(json_agg(id order by id), '[]') from added) as ids
       from ring r, row s`,
      [this.#tables.cache, shard, keys.map(bytesOf)],
    );
    return rows[0] ?? this.#tables.missing(shard);
  }

  async report(report: Report): Promise<Reported> {
    return (await this.#journaled(report)) ?? this.#closed(report);
  }

  /** In a transaction that locks the row: so a writer that was fenced off does not answer with too little. */
  list(shard: number): Promise<readonly JournalEntry[]> {
    return this.#tables.transact(async (session) => {
      await this.#tables.shard(session, shard, 'share');
      const { rows } = await session.query<{ id: string; key: Buffer }>(
        `select id, key from ${JOURNAL_TABLE} where cache = $1 and shard = $2 order by id`,
        [this.#tables.cache, shard],
      );
      return rows.map(({ id, key }) => ({ id: Number(id), shard, key: key.toString('latin1') }));
    });
  }

  async remove(shard: number, epoch: number, applied: readonly number[]): Promise<void> {
    await this.#tables.transact(async (session) => {
      await this.#tables.limitLocks(session);
      await session.query(
        `with row as materialized (
           select epoch from ${SHARD_TABLE} where cache = $1 and shard = $2 for share)
         delete from ${JOURNAL_TABLE} j using row
         where row.epoch = $3 and j.cache = $1 and j.id = any($4::bigint[])`,
        [this.#tables.cache, shard, epoch, applied],
      );
    });
  }

  /** While a shard is away, any number of reporters journal at once. Null where it takes deletions. */
  #journaled({ shard, keys }: Report): Promise<Reported | null> {
    return this.#tables.transact(async (session) => {
      await this.#tables.limitLocks(session);
      const { rows } = await session.query<{ row: ShardRow }>(
        `with row as materialized (
           select * from ${SHARD_TABLE}
           where cache = $1 and shard = $2 and state in ('closing', 'closed') for share),
           added as (${APPENDED})
         select ${SHARD_JSON} as row from row s`,
        [this.#tables.cache, shard, keys.map(bytesOf)],
      );
      return rows[0] ? { row: rows[0].row, recorded: true } : null;
    });
  }

  #closed({ shard, keys, epoch }: Report): Promise<Reported> {
    return this.#tables.transact(async (session) => {
      const before = await this.#tables.shard(session, shard);
      const closed = closeRow(before, epoch);
      if (!closed && takesDeletions(before)) return { row: before, recorded: false };
      const row = closed ?? before;
      if (closed) await this.#tables.writeShard(session, closed);
      await session.query(`with row as (select $1::text as cache, $2::integer as shard) ${APPENDED}`, [
        this.#tables.cache,
        shard,
        keys.map(bytesOf),
      ]);
      return { row, recorded: true };
    });
  }
}

/** The name of a key has one character a byte. */
function bytesOf(name: string): Buffer {
  return Buffer.from(name, 'latin1');
}
