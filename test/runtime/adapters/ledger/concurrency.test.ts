/** Transactions of several connections at once: what must wait for what, and what is seen by whom. */

import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { LedgerTables } from '../../../../runtime/adapters/ledger-tables.ts';
import type { PostgresLedger } from '../../../../runtime/adapters/postgres-ledger.ts';
import { type LedgerStage, openStage } from './stage.ts';

let stage: LedgerStage;
let mine: PostgresLedger;
let others: PostgresLedger;

beforeAll(async () => {
  stage = await openStage(2);
  [mine] = stage.ledgers;
  [others] = stage.ledgersOf(await stage.openAs('another'));
});
afterAll(() => stage.close());

beforeEach(async () => {
  await stage.empty();
  for (const shard of [0, 1]) {
    await mine.epochs.open(shard, 1, 'run-a');
    await mine.epochs.serve({ shard, epoch: 2, applied: [] });
  }
});

const SERVING = 3;

/** Records in a transaction that stays open until `commit`. */
async function recording(shard: number, keys: readonly string[]): Promise<{ commit(): Promise<unknown> }> {
  const recorded = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  const written = stage.write(async (session) => {
    await mine.journal.record(session, shard, keys);
    recorded.resolve();
    await gate.promise;
  });
  await Promise.race([recorded.promise, written]);
  return {
    commit: () => {
      gate.resolve();
      return written;
    },
  };
}

async function isPending(work: Promise<unknown>, ms = 150): Promise<boolean> {
  return Promise.race([work.then(() => false), sleep(ms, true)]);
}

async function listed(shard: number): Promise<string[]> {
  return (await others.journal.list(shard)).map(({ key }) => key);
}

describe('a write that records its invalidation', () => {
  it('lets the shard be closed only once it has committed, so that an opening lists it', async () => {
    const { commit } = await recording(0, ['k']);
    const reported = others.journal.report({ shard: 0, keys: ['other'], epoch: SERVING });
    expect(await isPending(reported)).toBe(true);
    await commit();
    expect(await reported).toMatchObject({ recorded: true, row: { state: 'closing', epoch: SERVING + 1 } });
    expect(await listed(0)).toEqual(['k', 'other']);
  });

  it('holds up no other write, no other shard, and no renewal', async () => {
    const { commit } = await recording(0, ['k']);
    const second = await recording(0, ['l']);
    await others.epochs.register('p');
    const adopted = [SERVING, SERVING];
    const holder = { id: 'p', sequence: 1, adopted, ring: 1, knows: 2, hits: 0, misses: 0 };
    expect(await others.epochs.renew(holder)).toMatchObject({ kind: 'renewed' });
    expect(await others.epochs.close(1, SERVING)).toMatchObject({ state: 'closing' });
    await second.commit();
    await commit();
  });

  it('is answered the state of its commit: a transition that is under way comes before it', async () => {
    const { commit } = await recording(0, ['k']);
    const closing = others.epochs.close(0, SERVING);
    expect(await isPending(closing, 50)).toBe(true);
    await commit();
    await closing;
    const { row } = await stage.write((session) => mine.journal.record(session, 0, ['l']));
    expect(row).toMatchObject({ state: 'closing', epoch: SERVING + 1 });
  });

  it('holds the ring where it is until it has committed', async () => {
    await mine.ring.addShards(4);
    const { commit } = await recording(0, ['k']);
    const started = others.ring.startGrowth({ epoch: 1, target: 4, parts: 8, hitRatio: null });
    expect(await isPending(started)).toBe(true);
    await commit();
    expect(await started).toMatchObject({ epoch: 2, target: 4 });
  });

  it('that rolls back journals nothing', async () => {
    await expect(
      stage.write(async (session) => {
        await mine.journal.record(session, 0, ['k']);
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    expect(await listed(0)).toEqual([]);
  });

  it('that never ends makes a report fail by a lock, and puts no writer in doubt', async () => {
    const { host } = stage.cluster.nodes[0]!;
    const client = new Client({ host, port: stage.cluster.port, user: 'postgres', database: 'postgres' });
    await client.connect();
    await client.query('begin; select from understudy_cache.shard where shard = 0 for share');
    const reported = others.journal.report({ shard: 0, keys: ['other'], epoch: SERVING });
    await expect(reported).rejects.toMatchObject({ code: 'overloaded', sqlState: '55P03' });
    expect(stage.database.writes.describe().writer.kind).toBe('verified');
    await client.end();
    expect(await listed(0)).toEqual([]);
  });
});

describe('a process that is frozen in a transition', () => {
  it('loses its locks after a second: writes that record go on', async () => {
    const { host } = stage.cluster.nodes[0]!;
    const frozen = new Client({ host, port: stage.cluster.port, user: 'postgres', database: 'postgres' });
    frozen.on('error', () => undefined);
    await frozen.connect();
    await frozen.query('begin');
    const session = { query: (text: string, values: unknown[] = []) => frozen.query(text, values) };
    const execute = async (work: (given: never) => Promise<unknown>) => ({
      value: await work(session as never),
    });
    await new LedgerTables('main', { execute } as never).shard(session as never, 0);
    const written = stage.write((given) => mine.journal.record(given, 0, ['k']));
    expect(await isPending(written)).toBe(true);
    expect(await written).toMatchObject({ row: { shard: 0, epoch: SERVING } });
    await expect(frozen.query('commit')).rejects.toThrow();
  });
});

describe('reports at once', () => {
  it('close the shard once, and journal every key', async () => {
    const ledgers = [mine, others];
    const reports = await Promise.all(
      Array.from({ length: 40 }, (_, n) =>
        ledgers[n % 2]!.journal.report({ shard: 0, keys: [`k${n}`], epoch: SERVING }),
      ),
    );
    for (const { row, recorded } of reports) {
      expect([recorded, row.epoch, row.state]).toEqual([true, SERVING + 1, 'closing']);
    }
    expect((await listed(0)).length).toBe(40);
  });

  it('of a shard that opens meanwhile are all in what the opening lists, or were refused', async () => {
    for (let round = 0; round < 5; round += 1) {
      await stage.empty();
      const opening = others.epochs
        .open(0, 1, 'run-b')
        .then(async () => (await others.journal.list(0)).length);
      const reports = Array.from({ length: 12 }, (_, n) =>
        mine.journal.report({ shard: 0, keys: [`k${n}`], epoch: 1 }),
      );
      const recorded = (await Promise.all(reports)).filter((one) => one.recorded).length;
      expect(await opening).toBe(recorded);
    }
  });
});

describe('transitions at once', () => {
  it('let one of their makers be the first', async () => {
    await mine.epochs.close(0, SERVING);
    await mine.epochs.settle({ shard: 0, epoch: 4, waitedOut: true });
    const opened = await Promise.all(
      Array.from({ length: 10 }, (_, n) => [mine, others][n % 2]!.epochs.open(0, 5, `run-${n}`)),
    );
    expect(opened.filter((row) => row !== null)).toHaveLength(1);
  });
});

describe('a holder', () => {
  it('is seen by whoever closes a shard as soon as it is registered, before it renews', async () => {
    await mine.epochs.register('p');
    await others.epochs.close(0, SERVING);
    expect(await others.epochs.settle({ shard: 0, epoch: 4, waitedOut: false })).toMatchObject({
      state: 'closing',
    });
    await mine.epochs.renew({ id: 'p', sequence: 1, adopted: [4, 3], ring: 1, knows: 2, hits: 0, misses: 0 });
    expect(await others.epochs.settle({ shard: 0, epoch: 4, waitedOut: false })).toMatchObject({
      state: 'closed',
    });
  });

  it('renews by a commit, even where the renewal was overtaken', async () => {
    const holder = { id: 'p', sequence: 5, adopted: [3, 3], ring: 1, knows: 2, hits: 0, misses: 0 };
    const version = async (): Promise<string> =>
      (await stage.sql<{ xmin: string }>('select xmin::text from understudy_cache.holder'))[0]!.xmin;
    await mine.epochs.register('p');
    const seen = [await version()];
    for (const sequence of [5, 4, 5]) {
      await mine.epochs.renew({ ...holder, sequence });
      seen.push(await version());
    }
    expect(new Set(seen).size).toBe(4);
  });

  it('is looked for without a lock while it is awaited: writes that record neither wait nor are waited for', async () => {
    await mine.epochs.register('p');
    await mine.epochs.close(0, SERVING);
    const { commit } = await recording(0, ['k']);
    const settling = others.epochs.settle({ shard: 0, epoch: 4, waitedOut: false });
    expect(await isPending(settling, 500)).toBe(false);
    expect(await settling).toMatchObject({ state: 'closing', epoch: 4 });
    await commit();
  });

  it('is asked for once by all who wait for the same shard to settle', async () => {
    await mine.epochs.register('p');
    await mine.epochs.close(0, SERVING);
    const settling = { shard: 0, epoch: 4, waitedOut: false };
    const answers = Array.from({ length: 50 }, () => mine.epochs.settle(settling));
    expect(new Set(answers).size).toBe(1);
    await answers[0];
    expect(mine.epochs.settle(settling)).not.toBe(answers[0]);
  });
});

describe('the connections of the ledger', () => {
  it('renew while every connection of the write pool is busy', async () => {
    await mine.epochs.register('p');
    const gate = Promise.withResolvers<void>();
    const busy = Array.from({ length: 30 }, () =>
      stage.write(async (session) => {
        await session.query('select 1');
        await gate.promise;
      }),
    );
    await sleep(100);
    expect(stage.database.writes.describe().waiting).toBeGreaterThan(0);
    const since = performance.now();
    const holder = { id: 'p', sequence: 1, adopted: [3, 3], ring: 1, knows: 2, hits: 0, misses: 0 };
    expect(await mine.epochs.renew(holder)).toMatchObject({ kind: 'renewed' });
    expect(performance.now() - since).toBeLessThan(500);
    gate.resolve();
    await Promise.allSettled(busy);
  });
});
