/** The ring and its doubling, in PostgreSQL: `core/cache/protocol/ledger.ts` as transactions. */

import {
  advanceRing,
  type Holder,
  HOLDER_TABLE,
  isAwaited,
  newRow,
  RING_TABLE,
  type RingRow,
  type RingStart,
  SHARD_TABLE,
  type ShardRow,
  startRing,
  turnRing,
} from '../../core/cache/protocol/index.ts';
import type { RingStore } from '../cache/ports.ts';
import type { Session } from '../session.ts';
import { HOLDER_JSON, type LedgerTables, RING_JSON, SHARD_JSON } from './ledger-tables.ts';

interface Growth {
  readonly ring: RingRow;
  readonly rows: readonly ShardRow[];
  readonly holders: readonly Holder[];
}

export class PostgresRing implements RingStore {
  readonly #tables: LedgerTables;

  constructor(tables: LedgerTables) {
    this.#tables = tables;
  }

  growth(): Promise<Growth> {
    return this.#tables.transact(async (session) => {
      const { rows } = await session.query<Growth>(
        `select ${RING_JSON} as ring,
           (select coalesce(json_agg(${SHARD_JSON} order by s.shard), '[]')
              from ${SHARD_TABLE} s where s.cache = r.cache) as rows,
           (select coalesce(json_agg(${HOLDER_JSON} order by h.id), '[]')
              from ${HOLDER_TABLE} h where h.cache = r.cache) as holders
         from ${RING_TABLE} r where r.cache = $1`,
        [this.#tables.cache],
      );
      return rows[0] ?? this.#tables.missing('ring');
    });
  }

  async addShards(count: number): Promise<void> {
    const { epoch, state } = newRow(0);
    await this.#tables.transact((session) =>
      session.query(
        `insert into ${SHARD_TABLE} (cache, shard, epoch, state)
         select $1, n, $3, $4 from generate_series(0, $2::integer - 1) as n on conflict do nothing`,
        [this.#tables.cache, count, epoch, state],
      ),
    );
  }

  startGrowth(start: RingStart): Promise<RingRow> {
    return this.#moved(async (ring, session) => {
      const { rows } = await session.query<{ count: number }>(
        `select count(*)::integer as count from ${SHARD_TABLE} where cache = $1`,
        [this.#tables.cache],
      );
      return (rows[0]?.count ?? 0) >= start.target ? startRing(ring, start) : null;
    });
  }

  advanceGrowth({ epoch, waitedOut }: Parameters<RingStore['advanceGrowth']>[0]): Promise<RingRow> {
    return this.#moved(async (ring, session) => {
      const isOver =
        waitedOut || !isAwaited(ring) || (await this.#tables.haveAllAdopted(session, 'h.ring', ring.epoch));
      return isOver ? advanceRing(ring, epoch) : null;
    });
  }

  turnGrowth(epoch: number): Promise<RingRow> {
    return this.#moved((ring) => Promise.resolve(turnRing(ring, epoch)));
  }

  /** The ring after the transition, or as it is where there is none. */
  #moved(transition: (ring: RingRow, session: Session) => Promise<RingRow | null>): Promise<RingRow> {
    return this.#tables.transact(async (session) => {
      const before = await this.#tables.ring(session);
      const after = await transition(before, session);
      if (after) await this.#tables.writeRing(session, after);
      return after ?? before;
    });
  }
}
