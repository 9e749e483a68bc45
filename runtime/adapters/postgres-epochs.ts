/** The rows of the shards and the holders of leases, in PostgreSQL: `core/cache/protocol/ledger.ts` as transactions. */

import {
  type Holder,
  HOLDER_TABLE,
  type Renewed,
  RING_TABLE,
  type RingRow,
  SHARD_TABLE,
  type ShardRow,
} from '../../core/cache/protocol/index.ts';
import { closeRow, openRow, serveRow, settleRow } from '../../core/cache/protocol/rows.ts';
import type { EpochStore } from '../cache/ports.ts';
import type { Session } from '../session.ts';
import { type LedgerTables, RING_JSON, SHARD_JSON } from './ledger-tables.ts';

type Settling = Parameters<EpochStore['settle']>[0];
type Serving = Parameters<EpochStore['serve']>[0];

export class PostgresEpochs implements EpochStore {
  readonly #tables: LedgerTables;
  /** Many deletions wait for the same shard to settle, and each of them asks: one question is enough. */
  readonly #settling = new Map<string, Promise<ShardRow>>();

  constructor(tables: LedgerTables) {
    this.#tables = tables;
  }

  async register(id: string): Promise<void> {
    await this.#tables.transact((session) =>
      session.query(
        `insert into ${HOLDER_TABLE} as h (cache, id, sequence, adopted, ring, knows, hits, misses)
         select $1, $2, 0, coalesce(array_agg(0::bigint), '{}'), 0, 0, 0, 0 from ${SHARD_TABLE} where cache = $1
         on conflict (cache, id) do update
           set sequence = 0, adopted = excluded.adopted, ring = 0, knows = 0, hits = 0, misses = 0`,
        [this.#tables.cache, id],
      ),
    );
  }

  /** Always a commit, even of a renewal that was overtaken: a writer that is none any more grants no lease. */
  renew({ id, sequence, adopted, ring, knows, hits, misses }: Holder): Promise<Renewed> {
    return this.#tables.transact(async (session) => {
      const { rowCount } = await session.query(
        `update ${HOLDER_TABLE} set sequence = greatest(sequence, $3),
           adopted = case when sequence < $3 then $4::bigint[] else adopted end,
           ring = case when sequence < $3 then $5 else ring end,
           knows = case when sequence < $3 then $6 else knows end,
           hits = case when sequence < $3 then $7 else hits end,
           misses = case when sequence < $3 then $8 else misses end
         where cache = $1 and id = $2`,
        [this.#tables.cache, id, sequence, adopted, ring, knows, hits, misses],
      );
      return rowCount === 0 ? { kind: 'unknown-holder' } : { kind: 'renewed', ...(await this.#all(session)) };
    });
  }

  holders(): Promise<readonly Pick<Holder, 'id' | 'sequence'>[]> {
    return this.#tables.transact(async (session) => {
      const { rows } = await session.query<{ id: string; sequence: string }>(
        `select id, sequence from ${HOLDER_TABLE} where cache = $1 order by id`,
        [this.#tables.cache],
      );
      return rows.map(({ id, sequence }) => ({ id, sequence: Number(sequence) }));
    });
  }

  async forget(id: string, sequence: number): Promise<void> {
    await this.#tables.transact((session) =>
      session.query(`delete from ${HOLDER_TABLE} where cache = $1 and id = $2 and sequence = $3`, [
        this.#tables.cache,
        id,
        sequence,
      ]),
    );
  }

  async close(shard: number, epoch: number): Promise<ShardRow> {
    return (await this.#moved(shard, (row) => closeRow(row, epoch))).row;
  }

  settle(from: Settling): Promise<ShardRow> {
    const question = JSON.stringify(from);
    const asked = this.#settling.get(question);
    if (asked) return asked;
    const settled = this.#settle(from).finally(() => this.#settling.delete(question));
    this.#settling.set(question, settled);
    return settled;
  }

  async open(shard: number, epoch: number, candidate: string): Promise<ShardRow | null> {
    const { row, isMoved } = await this.#moved(shard, (before) => openRow(before, epoch, candidate));
    return isMoved ? row : null;
  }

  async serve({ shard, epoch, applied }: Serving): Promise<ShardRow> {
    const removal = (session: Session): Promise<void> => this.#tables.removeEntries(session, applied);
    return (await this.#moved(shard, (row) => serveRow(row, epoch), removal)).row;
  }

  /**
   * While somebody is awaited it looks without a lock: every write that records an invalidation waits for the lock of
   * this row, and holds its connection meanwhile. What it sees may be old, and no row goes back to an epoch.
   */
  async #settle({ shard, epoch, waitedOut }: Settling): Promise<ShardRow> {
    const seen = waitedOut ? null : await this.#awaited(shard, epoch);
    if (seen) return seen;
    const { row } = await this.#moved(shard, async (before, session) => {
      const isOver =
        waitedOut || (await this.#tables.haveAllAdopted(session, `h.adopted[${shard + 1}]`, epoch));
      return isOver ? settleRow(before, epoch) : null;
    });
    return row;
  }

  /** The row while it is at this epoch and a holder has not adopted it; else null. */
  #awaited(shard: number, epoch: number): Promise<ShardRow | null> {
    return this.#tables.transact(async (session) => {
      const { rows } = await session.query<{ row: ShardRow }>(
        `select ${SHARD_JSON} as row from ${SHARD_TABLE} s where s.cache = $1 and s.shard = $2 and s.epoch = $3
           and exists (select from ${HOLDER_TABLE} h
                       where h.cache = s.cache and coalesce(h.adopted[$2 + 1], 0) < $3)`,
        [this.#tables.cache, shard, epoch],
      );
      return rows[0]?.row ?? null;
    });
  }

  /** The row after the transition, or as it is where there is none. */
  #moved(
    shard: number,
    transition: (row: ShardRow, session: Session) => ShardRow | null | Promise<ShardRow | null>,
    andThen?: (session: Session) => Promise<void>,
  ): Promise<{ readonly row: ShardRow; readonly isMoved: boolean }> {
    return this.#tables.transact(async (session) => {
      const before = await this.#tables.shard(session, shard);
      const after = await transition(before, session);
      if (!after) return { row: before, isMoved: false };
      await this.#tables.writeShard(session, after);
      await andThen?.(session);
      return { row: after, isMoved: true };
    });
  }

  async #all(session: Session): Promise<{ readonly rows: readonly ShardRow[]; readonly ring: RingRow }> {
    const { rows } = await session.query<{ rows: ShardRow[]; ring: RingRow }>(
      `select ${RING_JSON} as ring,
         (select json_agg(${SHARD_JSON} order by s.shard) from ${SHARD_TABLE} s where s.cache = r.cache) as rows
       from ${RING_TABLE} r where r.cache = $1`,
      [this.#tables.cache],
    );
    return rows[0] ?? this.#tables.missing('ring');
  }
}
