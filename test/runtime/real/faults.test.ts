/** The pools over real PostgreSQL processes that are killed, frozen and promoted. */

import { randomUUID } from 'node:crypto';
import { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../../runtime/database.ts';
import { PostgresCluster, until } from '../postgres/cluster.ts';
import { Load, longestGapMs, p99, sleep } from '../postgres/load.ts';
import { openPlain } from '../postgres/open.ts';

const WARM_UP_MS = 4000;

const readOne = (database: Database) => () =>
  database.reads.query('select v from t where id = $1', [1 + Math.floor(Math.random() * 1000)]);

async function withTable(): Promise<PostgresCluster> {
  const cluster = await PostgresCluster.start(['w', 'r1', 'r2']);
  await cluster.sql('w', 'create table t (id int primary key, v text)');
  await cluster.sql('w', `insert into t select g, 'x' from generate_series(1, 1000) g`);
  await cluster.sql('w', 'create table o (id uuid primary key)');
  await cluster.sql('w', `alter system set synchronous_standby_names = 'ANY 1 (*)'`);
  await cluster.sql('w', 'select pg_reload_conf()');
  await sleep(500);
  return cluster;
}

describe('readers', () => {
  let cluster: PostgresCluster;
  let database: Database;
  beforeAll(async () => {
    cluster = await withTable();
    database = openPlain(cluster);
  });
  afterAll(async () => {
    await database.close();
    cluster.close();
  });

  it('F-02: SIGSTOP of a reader under 200 reads/s: none fails, p99 over 20 s grows by at most 10 ms', async () => {
    const healthy = new Pool({
      host: cluster.node('r2').host,
      port: cluster.port,
      user: 'postgres',
      database: 'postgres',
    });
    const load = new Load(200, readOne(database));
    // How busy the machine is meanwhile: the same open loop with a plain pool on the reader that stays.
    const machine = new Load(50, () => healthy.query('select v from t where id = 1'));
    await sleep(WARM_UP_MS);
    const faultAt = performance.now();
    cluster.stop('r1');
    await sleep(20_000);
    await Promise.all([load.stop(), machine.stop()]);
    await healthy.end();
    const before = load.between(faultAt - 3000, faultAt);
    const after = load.between(faultAt, faultAt + 20_000);
    expect(after.length).toBeGreaterThan(3900);
    expect(after.filter((sample) => !sample.ok)).toEqual([]);
    const noise = p99(machine.between(faultAt, faultAt + 20_000));
    expect(p99(after)).toBeLessThanOrEqual(Math.max(p99(before), noise) + 10);
  });

  it('brings the reader back when it goes on', async () => {
    cluster.resume('r1');
    const load = new Load(50, readOne(database));
    const stateOfReader = () => database.reads.describe().readers.find((reader) => reader.id === 'r1')!.state;
    // The longest back-off, a probe that times out, two that pass, and room for a busy machine.
    await until(15_000, async () => expect(['returning', 'fresh']).toContain(stateOfReader()));
    await load.stop();
    expect(load.samples.filter((sample) => !sample.ok)).toEqual([]);
  });

  it('F-01: SIGKILL of a reader: none fails, no gap above 100 ms', async () => {
    const load = new Load(200, readOne(database));
    await sleep(WARM_UP_MS);
    const faultAt = performance.now();
    cluster.kill('r2');
    await sleep(5000);
    await load.stop();
    const after = load.between(faultAt - 100, faultAt + 5000);
    expect(after.filter((sample) => !sample.ok)).toEqual([]);
    expect(longestGapMs(after)).toBeLessThanOrEqual(100);
  });

  it('I-38: reads its own writes at once, with one reader left', async () => {
    for (let n = 0; n < 50; n += 1) {
      const id = randomUUID();
      const { position } = await database.writes.execute(
        (session) => session.query('insert into o values ($1)', [id]),
        { position: true },
      );
      const { rowCount } = await database.reads.query('select 1 from o where id = $1', [id], {
        after: position,
      });
      expect(rowCount).toBe(1);
    }
  });

  it('refuses a write through the read pool, on the writer too', async () => {
    await expect(
      database.reads.query('insert into o values (gen_random_uuid())', [], { after: 'writer' }),
    ).rejects.toMatchObject({ sqlState: '25006' });
  });

  it('I-26: hands every reply to its own request while attempts time out', async () => {
    const hasty = openPlain(cluster, { reads: { attemptTimeoutMs: 6, deadlineMs: 60 } });
    const ended = { ok: 0, late: 0 };
    for (let round = 0; round < 40; round += 1) {
      const wave = Array.from({ length: 10 }, async (_, at) => {
        const mark = `${round}-${at}`;
        try {
          const text = 'select $1::text as mark, pg_sleep($2::float8)';
          const { rows } = await hasty.reads.query<{ mark: string }>(text, [mark, Math.random() * 0.012]);
          expect(rows[0]!.mark).toBe(mark);
          ended.ok += 1;
        } catch (error) {
          expect((error as { code?: string }).code).toMatch(
            /timed-out|deadline|reads-shed|connection-lost|no-member/,
          );
          ended.late += 1;
        }
      });
      await Promise.all(wave);
    }
    expect(ended.ok).toBeGreaterThan(20);
    expect(ended.late).toBeGreaterThan(20);
    await hasty.close();
  });
});

describe.each([
  ['SIGKILL', (cluster: PostgresCluster) => cluster.kill('w')],
  ['SIGSTOP', (cluster: PostgresCluster) => cluster.stop('w')],
] as const)('a writer that is gone by %s', (_signal, break_) => {
  it('I-19: no write fails or is lost, and the pool adds at most 2 s to the promotion', async () => {
    const cluster = await withTable();
    const database = openPlain(cluster);
    try {
      const acknowledged: { id: string; at: number }[] = [];
      const load = new Load(100, async () => {
        const id = randomUUID();
        const insert = 'insert into o values ($1) on conflict do nothing';
        const options = { idempotent: true, deadlineMs: 4500 };
        await database.writes.execute((session) => session.query(insert, [id]), options);
        acknowledged.push({ id, at: performance.now() });
      });
      await sleep(2500);
      break_(cluster);
      await sleep(1500);
      await cluster.promote('r1', ['r2']);
      const promotedAt = performance.now();
      await sleep(4000);
      await load.stop();
      expect(load.samples.filter((sample) => !sample.ok)).toEqual([]);
      const first = acknowledged.find(({ at }) => at > promotedAt)!;
      expect(first.at - promotedAt).toBeLessThan(2000);
      const rows = await cluster.sql<{ id: string }>('r1', 'select id from o');
      const stored = new Set(rows.map((row) => row.id));
      expect(acknowledged.filter(({ id }) => !stored.has(id))).toEqual([]);
      expect(database.writes.describe().writer).toMatchObject({ kind: 'verified', memberId: 'r1' });
    } finally {
      await database.close();
      cluster.close();
    }
  });
});

describe('closing', () => {
  it('leaves no socket and no timer, even while a member is frozen', async () => {
    const cluster = await PostgresCluster.start(['w', 'r1']);
    const count = (): number =>
      process.getActiveResourcesInfo().filter((kind) => kind === 'TCPSocketWrap' || kind === 'TLSWrap')
        .length;
    const before = count();
    const database = openPlain(cluster);
    try {
      for (let n = 0; n < 60; n += 1) await database.reads.query('select 1');
      cluster.stop('r1');
      for (let n = 0; n < 5; n += 1) await database.reads.query('select 1');
      expect(count()).toBeGreaterThan(before);
      await database.close();
      await sleep(50);
      expect(count()).toBe(before);
    } finally {
      cluster.close();
    }
  });
});
