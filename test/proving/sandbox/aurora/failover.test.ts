import type { Client } from 'pg';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { processState, signalTree } from '../../../../proving/sandbox/aurora/index.ts';
import { eventually, openCluster, openStage, type Stage } from './support.ts';

/** Writes one row after the other and keeps what was acknowledged. Ends with its connection. */
async function write(client: Client, lane: number, acknowledged: Set<string>): Promise<void> {
  for (let at = 0; ; at++) {
    const id = `${lane}-${at}`;
    try {
      await client.query('INSERT INTO ledger VALUES ($1)', [id]);
      acknowledged.add(id);
    } catch {
      return;
    }
  }
}

const LANES = 4;

async function startWriting(stage: Stage, acknowledged: Set<string>): Promise<Promise<void>[]> {
  const setup = await stage.connect(stage.writer());
  await setup.query('CREATE TABLE IF NOT EXISTS ledger (id text PRIMARY KEY)');
  await setup.end();
  const clients = await Promise.all(Array.from({ length: LANES }, () => stage.connect(stage.writer())));
  const lanes = clients.map((client, lane) => write(client, lane, acknowledged));
  await eventually('writes are acknowledged', 5_000, () => acknowledged.size > 200);
  return lanes;
}

async function stored(stage: Stage, id: string): Promise<Set<string>> {
  const client = await stage.connect(id);
  const { rows } = await client.query('SELECT id FROM ledger');
  await client.end();
  return new Set(rows.map((row: { id: string }) => row.id));
}

function missing(acknowledged: Set<string>, found: Set<string>): string[] {
  return [...acknowledged].filter((id) => !found.has(id));
}

const eventIds = (stage: Stage) => stage.published.map((event) => event.detail['EventID']);

describe('failover', () => {
  let stage: Stage;
  beforeEach(async () => {
    stage = await openCluster();
  });
  afterEach(() => stage?.end());

  test('I-19: the writer’s tree is killed under writes; the managed failover keeps every acknowledged one', async () => {
    const acknowledged = new Set<string>();
    const lanes = await startWriting(stage, acknowledged);
    const reader = await stage.connect('three');
    const { pid } = stage.member('one');
    signalTree(pid, 'SIGKILL');
    await Promise.all(lanes);
    // The other reader serves on, in the same session.
    expect((await reader.query('SELECT count(*)::int AS n FROM ledger')).rows[0].n).toBeGreaterThan(0);
    await eventually('another member writes', 20_000, () => stage.writer() !== 'one');
    expect(stage.writer()).toBe('two');
    const found = await stored(stage, 'two');
    expect(missing(acknowledged, found)).toEqual([]);
    expect((await reader.query('SELECT 1')).rowCount).toBe(1);
    const next = await stage.connect('two');
    await next.query("INSERT INTO ledger VALUES ('after')");
    await next.end();
    await eventually('the old writer is back as a reader', 20_000, () => {
      return stage.member('one').role === 'reader' && stage.member('one').status === 'available';
    });
    expect(eventIds(stage)).toEqual(expect.arrayContaining(['RDS-EVENT-0073', 'RDS-EVENT-0071']));
    expect(eventIds(stage)).toContain('RDS-EVENT-0006');
    for (const id of ['one', 'three']) {
      await eventually(`${id} follows`, 10_000, async () => (await stored(stage, id)).has('after'));
      expect(missing(acknowledged, await stored(stage, id))).toEqual([]);
    }
    await reader.end();
  });

  test('both readers are killed: writes go on, and the readers come back', async () => {
    const acknowledged = new Set<string>();
    const lanes = await startWriting(stage, acknowledged);
    for (const id of ['two', 'three']) signalTree(stage.member(id).pid, 'SIGKILL');
    const before = acknowledged.size;
    await eventually('500 more writes', 10_000, () => acknowledged.size > before + 500);
    expect(stage.writer()).toBe('one');
    await eventually('RDS notices', 10_000, () => stage.member('two').status === 'rebooting');
    await eventually('both are back', 30_000, () =>
      ['two', 'three'].every((id) => stage.member(id).status === 'available' && stage.member(id).pid > 0),
    );
    signalTree(stage.member('one').pid, 'SIGKILL');
    await Promise.all(lanes);
    await eventually('a reader writes', 20_000, () => stage.writer() !== 'one');
    expect(missing(acknowledged, await stored(stage, stage.writer()))).toEqual([]);
  });

  test('I-18: a writer that hangs is failed over; when it wakes its INSERT is not acknowledged', async () => {
    const setup = await stage.connect('one');
    await setup.query('CREATE TABLE ledger (id text PRIMARY KEY)');
    await setup.query("INSERT INTO ledger VALUES ('before')");
    const { pid } = stage.member('one');
    signalTree(pid, 'SIGSTOP');
    let answer = 'none';
    const insert = setup.query("INSERT INTO ledger VALUES ('while frozen')").then(
      () => (answer = 'acknowledged'),
      () => (answer = 'refused'),
    );
    // RDS sees no hang: nothing happens by itself.
    await new Promise((done) => {
      setTimeout(done, 2_000);
    });
    expect(stage.writer()).toBe('one');
    expect(eventIds(stage)).not.toContain('RDS-EVENT-0073');
    await stage.call('rds', 'FailoverDBCluster', {
      DBClusterIdentifier: 'demo',
      TargetDBInstanceIdentifier: 'three',
    });
    await expect(
      stage.call('rds', 'FailoverDBCluster', { DBClusterIdentifier: 'demo' }),
    ).rejects.toMatchObject({
      code: 'InvalidDBClusterStateFault',
    });
    await eventually('three writes', 20_000, () => stage.writer() === 'three');
    expect(processState(pid)).toBe('T');
    const next = await stage.connect('three');
    await next.query("INSERT INTO ledger VALUES ('after')");
    signalTree(pid, 'SIGCONT');
    await insert;
    expect(answer).toBe('refused');
    await eventually('one is a reader', 30_000, () => stage.member('one').status === 'available');
    await eventually('one follows', 10_000, async () => {
      const found = await stored(stage, 'one');
      return found.has('after') && found.has('before') && !found.has('while frozen');
    });
    await next.end();
  });

  test('a requested failover of a healthy writer, and what FailoverDBCluster refuses', async () => {
    const failover = (target?: string) =>
      stage.call('rds', 'FailoverDBCluster', {
        DBClusterIdentifier: 'demo',
        ...(target ? { TargetDBInstanceIdentifier: target } : {}),
      });
    await expect(failover('none')).rejects.toMatchObject({ code: 'DBInstanceNotFound' });
    await expect(failover('one')).rejects.toMatchObject({ code: 'InvalidDBInstanceState' });
    const acknowledged = new Set<string>();
    const lanes = await startWriting(stage, acknowledged);
    const answer = await failover();
    expect(answer.DBCluster.Status).toBe('failing-over');
    await Promise.all(lanes);
    await eventually('two writes', 20_000, () => stage.writer() === 'two');
    expect(missing(acknowledged, await stored(stage, 'two'))).toEqual([]);
    await eventually('all are available', 30_000, () =>
      ['one', 'two', 'three'].every((id) => stage.member(id).status === 'available'),
    );
    const { DBClusters } = await stage.call('rds', 'DescribeDBClusters', {});
    expect(DBClusters[0].Status).toBe('available');
    const { Events } = await stage.call('rds', 'DescribeEvents', {
      SourceType: 'db-cluster',
      SourceIdentifier: 'demo',
    });
    expect(Events.map((event: any) => event.Message)).toEqual([
      'Started cross AZ failover to DB instance: two',
      'Completed failover to DB instance: two',
    ]);
  });

  test('a target that hangs is given up: the next reader is promoted, the hung one comes back as a copy', async () => {
    const acknowledged = new Set<string>();
    const lanes = await startWriting(stage, acknowledged);
    signalTree(stage.member('two').pid, 'SIGSTOP');
    await stage.call('rds', 'FailoverDBCluster', {
      DBClusterIdentifier: 'demo',
      TargetDBInstanceIdentifier: 'two',
    });
    await eventually('three writes', 30_000, () => stage.writer() === 'three');
    await Promise.all(lanes);
    expect(missing(acknowledged, await stored(stage, 'three'))).toEqual([]);
    await eventually('all are back', 60_000, () =>
      ['one', 'two', 'three'].every(
        (id) => stage.member(id).status === 'available' && stage.member(id).pid > 0,
      ),
    );
    expect(missing(acknowledged, await stored(stage, 'two'))).toEqual([]);
  });

  test('F-33: a commit that is cancelled while it waits for storage is never acknowledged', async () => {
    const client = await stage.connect('one');
    const other = await stage.connect('one');
    await client.query('CREATE TABLE ledger (id text PRIMARY KEY)');
    const { rows } = await client.query('SELECT pg_backend_pid() AS pid');
    const storage = stage.aurora.cluster('demo')?.storagePid ?? 0;
    expect(storage).toBeGreaterThan(0);
    signalTree(storage, 'SIGSTOP');
    const insert = client.query("INSERT INTO ledger VALUES ('cancelled')").then(
      () => 'acknowledged',
      () => 'unknown',
    );
    await eventually('the commit waits', 5_000, async () => {
      const waits = await other.query('SELECT wait_event FROM pg_stat_activity WHERE pid = $1', [
        rows[0].pid,
      ]);
      return waits.rows[0]?.wait_event === 'SyncRep';
    });
    await other.query('SELECT pg_cancel_backend($1)', [rows[0].pid]);
    expect(await insert).toBe('unknown');
    signalTree(storage, 'SIGCONT');
    await other.end();
  });
});

test('I-19: an instance without readers is killed: it is restarted in place with every acknowledged write', async () => {
  const stage = await openStage();
  try {
    await stage.addInstance('one');
    const acknowledged = new Set<string>();
    const lanes = await startWriting(stage, acknowledged);
    const { pid } = stage.member('one');
    signalTree(pid, 'SIGKILL');
    await Promise.all(lanes);
    await eventually('it is back', 30_000, () => {
      const member = stage.member('one');
      return member.status === 'available' && member.pid !== pid && member.pid > 0;
    });
    expect(missing(acknowledged, await stored(stage, 'one'))).toEqual([]);
    expect(eventIds(stage)).not.toContain('RDS-EVENT-0073');
    const client = await stage.connect('one');
    await client.query("INSERT INTO ledger VALUES ('after')");
    await client.end();
  } finally {
    await stage.end();
  }
});
