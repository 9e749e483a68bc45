/**
 * The ports of the protocol over the shipped database pools: each transaction is one write on the simulated writer,
 * and does what `ledger.ts` says.
 */

import {
  close,
  forget,
  type JournalEntry,
  type Ledger,
  list,
  open,
  record,
  register,
  remove,
  renew,
  report,
  type Result,
  serve,
  settle,
} from '../../../core/cache/protocol/index.ts';
import type { EpochStore, Journal, Recorded } from '../../../runtime/cache/index.ts';
import type { Database } from '../../../runtime/database.ts';
import type { Session } from '../../../runtime/session.ts';
import { COUNT, INSERT } from '../database/index.ts';
import type { Plan, Tables } from './tables.ts';

/** As the cache waits for a transaction. */
const DEADLINE_MS = 2000;

export interface LedgerPortOptions {
  readonly database: Database;
  readonly tables: Tables;
  /** Unlike that of any other process, ever. */
  readonly process: string;
  /** 0 for the cache, 1 for the one behind it. */
  readonly layer: number;
}

export class LedgerPort implements EpochStore, Journal {
  readonly #database: Database;
  readonly #tables: Tables;
  readonly #process: string;
  readonly #layer: number;
  #count = 0;

  constructor({ database, tables, process, layer }: LedgerPortOptions) {
    this.#database = database;
    this.#tables = tables;
    this.#process = process;
    this.#layer = layer;
  }

  register(id: string): ReturnType<EpochStore['register']> {
    return this.#transact((ledger) => register(ledger, id));
  }
  renew(holder: Parameters<EpochStore['renew']>[0]): ReturnType<EpochStore['renew']> {
    return this.#transact((ledger) => renew(ledger, holder));
  }
  async holders(): ReturnType<EpochStore['holders']> {
    return (await this.#shown()).holders;
  }
  forget(id: string, sequence: number): Promise<void> {
    return this.#transact((ledger) => forget(ledger, id, sequence));
  }
  close(shard: number, epoch: number): ReturnType<EpochStore['close']> {
    return this.#transact((ledger) => close(ledger, shard, epoch));
  }
  settle(from: Parameters<EpochStore['settle']>[0]): ReturnType<EpochStore['settle']> {
    return this.#transact((ledger) => settle(ledger, from));
  }
  open(shard: number, epoch: number, candidate: string): ReturnType<EpochStore['open']> {
    return this.#transact((ledger) => open(ledger, shard, epoch, candidate));
  }
  serve(from: Parameters<EpochStore['serve']>[0]): ReturnType<EpochStore['serve']> {
    return this.#transact((ledger) => serve(ledger, from));
  }
  report(what: Parameters<Journal['report']>[0]): ReturnType<Journal['report']> {
    return this.#transact((ledger) => report(ledger, what));
  }
  async list(shard: number): Promise<readonly JournalEntry[]> {
    return list(await this.#shown(), shard);
  }
  remove(shard: number, epoch: number, applied: readonly number[]): Promise<void> {
    return this.#transact((ledger) => remove(ledger, shard, epoch, applied));
  }

  /** The row is locked until the transaction ends: what it answers is what holds at the commit. */
  async record(session: Session, shard: number, keys: readonly string[]): ReturnType<Journal['record']> {
    const id = this.#nextId();
    const tables = this.#tables;
    const plan = this.#planOf((ledger) => {
      const [after, row] = record(ledger, shard, keys);
      return [after, { row, ring: ledger.ring, ids: keys.map((_, at) => ledger.nextId + at) }];
    });
    tables.plan(id, plan);
    await session.query(INSERT, [id]);
    // Asked for before the commit: the ring's row is locked, and nothing grows here.
    const { count } = (await session.query<{ readonly count: number }>(COUNT)).rows[0]!;
    const { ring } = tables.at(count).ledgers[this.#layer]!;
    const answer = (): Recorded => tables.answerOf(id) as Recorded;
    return {
      get row() {
        return answer().row;
      },
      ring,
      get ids() {
        return answer().ids;
      },
    };
  }

  async #transact<Answer>(step: (ledger: Ledger) => Result<Answer>): Promise<Answer> {
    let id = '';
    await this.#database.writes.execute(
      async (session) => {
        id = this.#nextId();
        this.#tables.plan(id, this.#planOf(step));
        await session.query(INSERT, [id]);
      },
      { deadlineMs: DEADLINE_MS },
    );
    return this.#tables.answerOf(id) as Answer;
  }

  async #shown(): Promise<Ledger> {
    const { value } = await this.#database.writes.execute(
      async (session) => (await session.query<{ readonly count: number }>(COUNT)).rows[0]!.count,
      { deadlineMs: DEADLINE_MS },
    );
    return this.#tables.at(value).ledgers[this.#layer]!;
  }

  #nextId(): string {
    this.#count += 1;
    return `ledger ${this.#layer} ${this.#process} ${this.#count}`;
  }

  #planOf<Answer>(step: (ledger: Ledger) => Result<Answer>): Plan<Answer> {
    const layer = this.#layer;
    return (state) => {
      const before = state.ledgers[layer]!;
      const [ledger, answer] = step(before);
      return [ledger === before ? state : { ...state, ledgers: state.ledgers.with(layer, ledger) }, answer];
    };
  }
}
