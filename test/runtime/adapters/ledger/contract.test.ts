/** The ledger in PostgreSQL is the pure one: the same commands leave the same tables and give the same answers. */

import * as fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Ledger, newLedger } from '../../../../core/cache/protocol/index.ts';
import type { PostgresLedger } from '../../../../runtime/adapters/postgres-ledger.ts';
import type { Database } from '../../../../runtime/database.ts';
import type { Session } from '../../../../runtime/session.ts';
import { command, type Make, SHARDS } from './commands.ts';
import { type LedgerStage, openStage } from './stage.ts';

let stage: LedgerStage;

beforeAll(async () => {
  stage = await openStage(SHARDS);
});
afterAll(() => stage.close());
beforeEach(() => stage.empty());

interface Tables extends Pick<Ledger, 'ring' | 'rows' | 'holders' | 'journal'> {
  readonly known: readonly { readonly id: string; readonly sequence: number }[];
}

async function tablesOf({ ring, epochs, journal }: PostgresLedger): Promise<Tables> {
  const growth = await ring.growth();
  const known = await epochs.holders();
  const entries = [];
  for (const { shard } of growth.rows) entries.push(...(await journal.list(shard)));
  return { ...growth, known, journal: entries.toSorted((a, b) => a.id - b.id) };
}

function tablesOfPure({ ring, rows, holders, journal }: Ledger): Tables {
  const sorted = holders.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const known = sorted.map(({ id, sequence }) => ({ id, sequence }));
  return { ring, rows, holders: sorted, known, journal };
}

async function run(
  commands: readonly Make[],
  real: PostgresLedger,
  database: Database = stage.database,
): Promise<void> {
  const write = async <T>(work: (session: Session) => Promise<T>): Promise<T> =>
    (await database.writes.execute(work)).value;
  let ledger = newLedger(SHARDS);
  const said: string[] = [];
  for (const make of commands) {
    const step = make(ledger);
    said.push(step.name);
    const [after, answer] = step.pure(ledger);
    ledger = after;
    expect(await step.real({ ...real, write }), said.join('\n')).toEqual(answer);
  }
  expect(await tablesOf(real), said.join('\n')).toEqual(tablesOfPure(ledger));
}

describe('the ledger in PostgreSQL', () => {
  it('begins as the pure one', async () => {
    for (const ledger of stage.ledgers)
      expect(await tablesOf(ledger)).toEqual(tablesOfPure(newLedger(SHARDS)));
  });

  it('does with any commands what the pure one does, and nothing to another copy', async () => {
    const [main, copy] = stage.ledgers;
    await fc.assert(
      fc.asyncProperty(fc.array(command, { minLength: 1, maxLength: 40, size: 'max' }), async (commands) => {
        await stage.empty();
        await run(commands, main);
        expect(await tablesOf(copy)).toEqual(tablesOfPure(newLedger(SHARDS)));
      }),
      { numRuns: 50, endOnFailure: true },
    );
  });

  it('may be made and granted again and again, and with more shards: what is there stays', async () => {
    const [main] = stage.ledgers;
    await main.epochs.open(0, 1, 'run-a');
    await stage.make(2 * SHARDS);
    const { rows, ring } = await main.ring.growth();
    expect(rows.map(({ epoch, state }) => `${epoch} ${state}`)).toEqual([
      '2 opening',
      '1 closed',
      '1 closed',
      '1 closed',
    ]);
    expect(ring).toEqual(newLedger(SHARDS).ring);
  });

  it('needs no more rights than an application is granted', async () => {
    const database = await stage.openAs('an_application');
    const [main] = stage.ledgersOf(database);
    await run(fc.sample(command, { numRuns: 150, seed: 1 }), main, database);
  });

  it('knows no shard that has no row', async () => {
    const [{ epochs, journal }] = stage.ledgers;
    const none = /shard 2 of the cache "main" has no row/;
    await expect(epochs.close(SHARDS, 1)).rejects.toThrow(none);
    await expect(stage.write((session) => journal.record(session, SHARDS, ['k']))).rejects.toThrow(none);
  });

  it('journals very many keys in their order', async () => {
    const [{ journal }] = stage.ledgers;
    const many = Array.from({ length: 5000 }, (_, n) => `key ${n}`);
    await journal.report({ shard: 0, keys: many, epoch: 1 });
    expect((await journal.list(0)).map(({ key }) => key)).toEqual(many);
  });
});
