/**
 * The application's rows and the ledgers of its cache, as the simulated storage holds them. A transaction is a write of
 * the simulated database with a plan of what it does; the plan is carried out at the instant in which storage takes
 * the write. What an engine shows is what storage held at the position that the engine has replayed.
 */

import { newLedger, type Ledger } from '../../../core/cache/protocol/index.ts';

export interface TableState {
  /** Of the cache, and of the one behind it, if there is one. */
  readonly ledgers: readonly Ledger[];
  /** How often each key's row was written, by the name of the key. */
  readonly rows: ReadonlyMap<string, number>;
}

/** The tables after a transaction, and what it answers. */
export type Plan<Answer> = (state: TableState) => readonly [TableState, Answer];

export type Stored = (before: TableState, after: TableState) => void;

export class Tables {
  readonly #plans = new Map<string, Plan<unknown>>();
  readonly #answers = new Map<string, { readonly answer: unknown }>();
  readonly #history: { readonly position: number; readonly state: TableState }[];
  readonly #onStored: Stored;

  /** @param shards of each ledger */
  constructor(shards: readonly number[], onStored: Stored) {
    const state: TableState = { ledgers: shards.map((count) => newLedger(count)), rows: new Map() };
    this.#history = [{ position: 0, state }];
    this.#onStored = onStored;
  }

  get newest(): TableState {
    return this.#history.at(-1)!.state;
  }

  /** What an engine shows that has replayed so far. */
  at(position: number): TableState {
    return this.#history.findLast((known) => known.position <= position)!.state;
  }

  plan<Answer>(id: string, plan: Plan<Answer>): void {
    this.#plans.set(id, plan);
  }

  /** Storage has taken the write of this id. One without a plan is somebody else's. */
  stored(id: string, position: number): void {
    const plan = this.#plans.get(id);
    if (plan === undefined) return;
    this.#plans.delete(id);
    const before = this.newest;
    const [after, answer] = plan(before);
    this.#answers.set(id, { answer });
    if (after === before) return;
    this.#history.push({ position, state: after });
    this.#onStored(before, after);
  }

  /** What the transaction answered. @throws RangeError before it has committed */
  answerOf(id: string): unknown {
    const known = this.#answers.get(id);
    if (known === undefined) throw new RangeError(`transaction ${id}: has not committed`);
    return known.answer;
  }
}
