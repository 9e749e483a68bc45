/**
 * The ledger's tables in SQL: how a row is locked, read and written. What a transition makes of a row is decided by
 * the pure functions of `core/cache/protocol`, between the two.
 */

import {
  type CacheName,
  HOLDER_TABLE,
  JOURNAL_TABLE,
  RING_TABLE,
  type RingRow,
  SHARD_TABLE,
  type ShardRow,
} from '../../core/cache/protocol/index.ts';
import type { WritePool } from '../write-pool.ts';
import type { Session } from '../session.ts';

/** Transactions on the writer. */
export type LedgerWrites = Pick<WritePool, 'execute'>;

/** As JSON, in which numbers are numbers and a row has the names that the protocol gives it. */
export const SHARD_JSON = `json_build_object('shard', s.shard, 'epoch', s.epoch, 'state', s.state,
  'incarnation', s.incarnation, 'candidate', s.candidate)`;
export const RING_JSON = `json_build_object('epoch', r.epoch, 'shards', r.shards, 'target', r.target,
  'parts', r.parts, 'moved', r.moved, 'phase', r.phase, 'isReturning', r.is_returning, 'hitRatio', r.hit_ratio)`;
export const HOLDER_JSON = `json_build_object('id', h.id, 'sequence', h.sequence, 'adopted', h.adopted,
  'ring', h.ring, 'knows', h.knows, 'hits', h.hits, 'misses', h.misses)`;

/**
 * A transaction of an application may hold a row of ours for as long as it runs. Whoever waits for longer has met a
 * lock, which is nothing that the writer could be blamed for.
 */
const LOCK_WAIT_MS = 800;
/**
 * A process that is frozen between two statements, as a function is when it has answered, keeps its locks: every write
 * that records an invalidation would wait for it. The server ends its session after so long.
 */
const IDLE_MS_MAX = 1000;

export class LedgerTables {
  readonly cache: CacheName;
  readonly #writes: LedgerWrites;

  constructor(cache: CacheName, writes: LedgerWrites) {
    this.cache = cache;
    this.#writes = writes;
  }

  /**
   * Every transaction of the ledger may be made twice: it compares epochs or sequences. So one whose acknowledgement
   * was lost is made again, on the writer of then.
   */
  async transact<T>(work: (session: Session) => Promise<T>): Promise<T> {
    const { value } = await this.#writes.execute(work, { idempotent: true });
    return value;
  }

  /** For the locks of this transaction: how long they are waited for, and how long they are held while nothing is asked. */
  async limitLocks(session: Session): Promise<void> {
    await session.query(
      `select set_config('lock_timeout', '${LOCK_WAIT_MS}', true),
         set_config('idle_in_transaction_session_timeout', '${IDLE_MS_MAX}', true)`,
    );
  }

  /**
   * Locks the row of the shard before it is compared. A row that is locked is written, even where the transition
   * changes nothing: so a writer that was fenced off by its storage answers nothing. @throws RangeError
   */
  async shard(session: Session, shard: number, lock: 'update' | 'share' = 'update'): Promise<ShardRow> {
    await this.limitLocks(session);
    const { rows } = await session.query<{ row: ShardRow }>(
      `select ${SHARD_JSON} as row from ${SHARD_TABLE} s where s.cache = $1 and s.shard = $2 for ${lock}`,
      [this.cache, shard],
    );
    return rows[0]?.row ?? this.missing(shard);
  }

  async writeShard(
    session: Session,
    { shard, epoch, state, incarnation, candidate }: ShardRow,
  ): Promise<void> {
    await session.query(
      `update ${SHARD_TABLE} set epoch = $3, state = $4, incarnation = $5, candidate = $6
       where cache = $1 and shard = $2`,
      [this.cache, shard, epoch, state, incarnation, candidate],
    );
  }

  async ring(session: Session): Promise<RingRow> {
    await this.limitLocks(session);
    const { rows } = await session.query<{ row: RingRow }>(
      `select ${RING_JSON} as row from ${RING_TABLE} r where r.cache = $1 for update`,
      [this.cache],
    );
    return rows[0]?.row ?? this.missing('ring');
  }

  async writeRing(session: Session, ring: RingRow): Promise<void> {
    const { epoch, shards, target, parts, moved, phase, isReturning, hitRatio } = ring;
    await session.query(
      `update ${RING_TABLE} set epoch = $2, shards = $3, target = $4, parts = $5, moved = $6, phase = $7,
         is_returning = $8, hit_ratio = $9
       where cache = $1`,
      [this.cache, epoch, shards, target, parts, moved, phase, isReturning, hitRatio],
    );
  }

  /** True when no holder is below the epoch; `adopted` is the column or element that says what one has adopted. */
  async haveAllAdopted(session: Session, adopted: string, epoch: number): Promise<boolean> {
    const { rows } = await session.query<{ missing: boolean }>(
      `select exists (select from ${HOLDER_TABLE} h where h.cache = $1 and coalesce(${adopted}, 0) < $2) as missing`,
      [this.cache, epoch],
    );
    return rows[0]?.missing === false;
  }

  async removeEntries(session: Session, ids: readonly number[]): Promise<void> {
    if (ids.length === 0) return;
    await session.query(`delete from ${JOURNAL_TABLE} where cache = $1 and id = any($2::bigint[])`, [
      this.cache,
      ids,
    ]);
  }

  missing(what: number | 'ring'): never {
    const name = what === 'ring' ? 'the ring' : `shard ${what}`;
    throw new RangeError(`${name} of the cache "${this.cache}" has no row in the ledger`);
  }
}
