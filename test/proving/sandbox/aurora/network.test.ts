import type { Client } from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { connectFrom, createLedger, FAR, insert, lagOf, ledgerOf, NEAR, pause, rule } from './gray.ts';
import { eventually, openCluster, type Stage } from './support.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openCluster();
  await createLedger(stage);
});
afterAll(() => stage?.end());
afterEach(() => stage.aurora.setNetwork([]));

const address = (id: string) => stage.member(id).address;

async function queryMs(client: Client): Promise<number> {
  const started = performance.now();
  await client.query('SELECT 1');
  return performance.now() - started;
}

/** Runs and forgets; tells whether it has settled, and how. */
function watched(work: Promise<unknown>): { state: string } {
  const seen = { state: 'open' };
  work.then(
    () => (seen.state = 'done'),
    (error: Error) => (seen.state = `failed: ${error.message}`),
  );
  return seen;
}

async function durablePosition(writer: Client): Promise<string | undefined> {
  const { rows } = await writer.query<{ lsn: string }>(
    'SELECT durable_lsn::text AS lsn FROM aurora_replica_status() WHERE server_id = aurora_db_instance_identifier()',
  );
  return rows[0]?.lsn;
}

describe('a partition', () => {
  test('holds back one source alone; open and new connections neither close nor answer, and heal', async () => {
    const [far, near] = await Promise.all([connectFrom(FAR, stage, 'one'), connectFrom(NEAR, stage, 'one')]);
    const idle = await connectFrom(FAR, stage, 'one');
    await stage.aurora.setNetwork([rule(FAR, address('one'))]);
    const attempt = insert(far, 'cut off');
    const login = connectFrom(FAR, stage, 'one');
    const fresh = watched(login);
    await pause(700);
    expect([attempt.outcome, fresh.state]).toEqual(['none', 'open']);
    // The others of its zone, and its own way to other members, are open.
    expect((await near.query("SELECT id FROM ledger WHERE id = 'cut off'")).rows).toEqual([]);
    await (await connectFrom(FAR, stage, 'two')).end();
    await stage.aurora.setNetwork([]);
    await Promise.all([attempt.settled, login]);
    expect(attempt.outcome).toBe('acknowledged');
    expect((await idle.query('SELECT 1')).rowCount).toBe(1);
    expect((await near.query("SELECT id FROM ledger WHERE id = 'cut off'")).rowCount).toBe(1);
    for (const client of [far, near, idle, await login]) await client.end();
  });

  test('holds for an instance that starts while it is there', async () => {
    await stage.aurora.setNetwork([rule(FAR, '*')]);
    await stage.addInstance('four');
    const login = connectFrom(FAR, stage, 'four');
    const fresh = watched(login);
    await (await connectFrom(NEAR, stage, 'four')).end();
    await pause(200);
    expect(fresh.state).toBe('open');
    await stage.aurora.setNetwork([]);
    await (await login).end();
  });

  test('hides the end of a session from its client until it heals', async () => {
    const idle = await connectFrom(FAR, stage, 'one');
    const seen = watched(new Promise((done) => idle.once('end', done)));
    await stage.aurora.setNetwork([rule(FAR, address('one'))]);
    const boss = await connectFrom(NEAR, stage, 'one');
    const { rows } = await boss.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'clusteradmin' AND pid <> pg_backend_pid()",
    );
    expect(rows.length).toBeGreaterThan(0);
    await pause(300);
    expect(seen.state).toBe('open');
    await stage.aurora.setNetwork([]);
    await eventually('the client hears of it', 5_000, () => seen.state === 'done');
    await boss.end();
  });
});

describe('a slow path', () => {
  test('slows answers 10 to 1000 times, and RDS does nothing about it', async () => {
    const client = await stage.connect('one');
    await client.query('SELECT 1');
    const published = stage.published.length;
    const times = await Promise.all([queryMs(client), queryMs(client), queryMs(client)]);
    const usual = Math.min(...times);
    for (const ms of [20, 500]) {
      await stage.aurora.setNetwork([rule('*', address('one'), ms)]);
      const slow = await queryMs(client);
      expect(slow).toBeGreaterThanOrEqual(2 * ms - 2);
      if (ms === 500) expect(slow).toBeGreaterThan(usual * 10);
    }
    expect(stage.writer()).toBe('one');
    expect(stage.member('one').status).toBe('available');
    expect(stage.published.length).toBe(published);
    await stage.aurora.setNetwork([]);
    expect(await queryMs(client)).toBeLessThan(1_000);
    await client.end();
  });
});

describe('F-32: a reader whose replay is stopped', () => {
  test('shows growing lag, holds no commit up, answers with what it had, and catches up', async () => {
    const writer = await stage.connect('one');
    const reader = await stage.connect('two');
    // An idle cluster shows none, with replay stopped as without. PostgreSQL may log something by itself meanwhile.
    const idle = await eventually('the writer stands for a moment', 30_000, async () => {
      const before = await durablePosition(writer);
      const lags = [await lagOf(writer, 'two')];
      await stage.aurora.setReplay('two', true);
      await pause(600);
      lags.push(await lagOf(writer, 'two'));
      if ((await durablePosition(writer)) === before) return lags;
      await stage.aurora.setReplay('two', false);
      await pause(500);
      return undefined;
    });
    expect(idle).toEqual([0, 0]);
    await insert(writer, 'behind').settled;
    await eventually('lag shows', 5_000, async () => (await lagOf(writer, 'two')) > 0);
    const first = await lagOf(writer, 'two');
    await pause(1_000);
    const second = await lagOf(writer, 'two');
    expect(second - first).toBeGreaterThan(500);
    expect(await lagOf(reader, 'two')).toBeGreaterThanOrEqual(second - 500);
    expect(await lagOf(writer, 'three')).toBeLessThan(second);
    const { rows } = await reader.query(
      "SELECT current_read_lsn < highest_lsn_rcvd AS received, cur_replay_latency_in_usec > 500000 AS late FROM aurora_replica_status() WHERE server_id = 'two'",
    );
    expect(rows[0]).toEqual({ received: true, late: true });
    expect((await reader.query("SELECT id FROM ledger WHERE id = 'behind'")).rows).toEqual([]);
    expect(stage.member('two').status).toBe('available');
    await stage.aurora.setReplay('two', false);
    await eventually('it has caught up', 5_000, async () => (await lagOf(writer, 'two')) === 0);
    expect((await reader.query("SELECT id FROM ledger WHERE id = 'behind'")).rowCount).toBe(1);
    await writer.end();
    await reader.end();
  });

  test('is promoted with every acknowledged write', async () => {
    await stage.aurora.setReplay('two', true);
    const writer = await stage.connect('one');
    const attempts = Array.from({ length: 50 }, (_, at) => insert(writer, `unseen ${at}`));
    await Promise.all(attempts.map(({ settled }) => settled));
    await writer.end();
    await stage.call('rds', 'FailoverDBCluster', {
      DBClusterIdentifier: 'demo',
      TargetDBInstanceIdentifier: 'two',
    });
    await eventually('two writes', 20_000, () => stage.writer() === 'two');
    const kept = await ledgerOf(stage, 'two');
    expect(attempts.filter(({ id }) => !kept.has(id))).toEqual([]);
    await eventually('one is back', 30_000, () => stage.member('one').status === 'available');
  });

  test('fails for a writer and for what does not exist, saying why', async () => {
    await expect(stage.aurora.setReplay(stage.writer(), true)).rejects.toMatchObject({ code: 'no-replay' });
    await expect(stage.aurora.setReplay('nobody', true)).rejects.toMatchObject({
      code: 'no-member',
      message: expect.stringMatching(/nobody.*one, two, three/),
    });
  });
});
