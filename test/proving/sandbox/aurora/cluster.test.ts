import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { promises as dns } from 'node:dns';
import { processTree } from '../../../../proving/sandbox/aurora/index.ts';
import { eventually, openCluster, REGION, type Stage } from './support.ts';

describe('an Aurora cluster of a writer and two readers', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openCluster();
  });
  afterAll(() => stage?.end());

  test('a row written on the writer is read on every reader, which refuse writes with 25006', async () => {
    const writer = await stage.connect('one');
    await writer.query('CREATE TABLE item (id int PRIMARY KEY, name text)');
    await writer.query("INSERT INTO item VALUES (1, 'a')");
    for (const id of ['two', 'three']) {
      const reader = await stage.connect(id);
      await eventually('the row is replayed', 2_000, async () => {
        const { rows } = await reader.query("SELECT to_regclass('item') IS NOT NULL AS there");
        return rows[0].there === true && (await reader.query('SELECT FROM item')).rowCount === 1;
      });
      await expect(reader.query('INSERT INTO item VALUES (2)')).rejects.toMatchObject({ code: '25006' });
      await reader.end();
    }
    await writer.end();
  });

  test('each node knows itself, and aurora_replica_status() shows all of them on each', async () => {
    for (const id of ['one', 'two', 'three']) {
      const client = await stage.connect(id);
      const { rows: own } = await client.query('SELECT aurora_db_instance_identifier() AS id');
      expect(own[0].id).toBe(id);
      const rows = await eventually('all members show', 2_000, async () => {
        const result = await client.query('SELECT * FROM aurora_replica_status() ORDER BY server_id');
        return result.rows.length === 3 && result.rows;
      });
      const [writer, reader] = [rows[0], rows[1]];
      expect(rows.map((row) => row.server_id)).toEqual(['one', 'three', 'two']);
      expect(writer.session_id).toBe('MASTER_SESSION_ID');
      expect(writer.replica_lag_in_msec).toBeNull();
      expect(reader.session_id).toMatch(/^[0-9a-f-]{36}$/);
      expect(reader.replica_lag_in_msec).toBeGreaterThanOrEqual(0);
      expect(rows.map((row) => row.last_update_timestamp === null)).toEqual(
        rows.map((row) => row.server_id === id),
      );
      await client.end();
    }
  });

  test('the own row is live: a reader at the writer’s position has the write (I-38 in the sandbox)', async () => {
    const writer = await stage.connect('one');
    const reader = await stage.connect('two');
    await writer.query('CREATE TABLE own_write (id int)');
    const position = `SELECT durable_lsn FROM aurora_replica_status() WHERE server_id = aurora_db_instance_identifier()`;
    for (let id = 1; id <= 20; id++) {
      await writer.query('INSERT INTO own_write VALUES ($1)', [id]);
      const wanted = BigInt((await writer.query(position)).rows[0].durable_lsn);
      await eventually('the reader gets there', 2_000, async () => {
        return BigInt((await reader.query(position)).rows[0].durable_lsn) >= wanted;
      });
      const { rows } = await reader.query('SELECT count(*)::int AS n FROM own_write');
      expect(rows[0].n).toBe(id);
    }
    await Promise.all([writer.end(), reader.end()]);
  });

  test.each([
    [
      'pg_last_wal_replay_lsn()',
      '0A000',
      'Function pg_last_wal_replay_lsn() is currently not supported for Aurora',
    ],
    [
      'pg_last_wal_receive_lsn()',
      '0A000',
      'Function pg_last_wal_receive_lsn() is currently not supported for Aurora',
    ],
    [
      'pg_last_xlog_replay_location()',
      '0A000',
      'Function pg_last_xlog_replay_location() is currently not supported for Aurora',
    ],
    ['pg_current_wal_lsn()', '55000', "wal_level must be set to 'logical'"],
    ['rdsadmin_replay_lsn()', '42501', 'permission denied for function rdsadmin_replay_lsn'],
  ])('SELECT %s is refused with %s', async (call, code, message) => {
    const client = await stage.connect('two');
    await expect(client.query(`SELECT ${call}`)).rejects.toMatchObject({ code, message });
    await client.end();
  });

  test('the master user is no superuser, and may make roles that bring tokens', async () => {
    const client = await stage.connect('one');
    const { rows } = await client.query(
      'SELECT rolsuper, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = current_user',
    );
    expect(rows[0]).toEqual({ rolsuper: false, rolcreaterole: true, rolcreatedb: true });
    await expect(client.query('ALTER SYSTEM SET fsync = on')).rejects.toMatchObject({ code: '42501' });
    await expect(client.query("SELECT pg_read_file('PG_VERSION')")).rejects.toMatchObject({ code: '42501' });
    await client.query('CREATE ROLE token_user LOGIN');
    await client.query('GRANT rds_iam TO token_user');
    await client.query('CREATE DATABASE another');
    await client.end();
    const another = await stage.connect('one', { database: 'another' });
    await expect(another.query('SELECT pg_last_wal_replay_lsn()')).rejects.toMatchObject({ code: '0A000' });
    await another.end();
    await expect(stage.connect('one', { database: 'rdsadmin' })).rejects.toMatchObject({ code: '28000' });
  });

  test('DNS: the names lead where AWS’s would', async () => {
    const resolver = new dns.Resolver({ timeout: 500, tries: 2 });
    resolver.setServers([stage.dns.authoritative]);
    const [cluster] = stage.aurora.describe();
    expect(cluster?.endpoint).toMatch(/^demo\.cluster-[a-z0-9]{12}\.eu-west-1\.rds\.amazonaws\.com$/);
    await expect(resolver.resolve4(cluster?.endpoint ?? '')).resolves.toEqual([stage.member('one').address]);
    await expect(resolver.resolveCname(cluster?.endpoint ?? '')).resolves.toEqual([
      stage.member('one').endpoint,
    ]);
  });

  test('DNS: the reader endpoint leads to one reader at a time, which a client keeps for the TTL', async () => {
    const [cluster] = stage.aurora.describe();
    const name = cluster?.readerEndpoint ?? '';
    const ask = (server: string) => {
      const resolver = new dns.Resolver({ timeout: 500, tries: 2 });
      resolver.setServers([server]);
      return resolver.resolve4(name, { ttl: true });
    };
    const readers = new Set([stage.member('two').address, stage.member('three').address]);
    const upstream = [];
    for (let at = 0; at < 4; at++) {
      upstream.push(...(await ask(stage.dns.authoritative)));
      // What else is asked has no part in the turns.
      const other = new dns.Resolver({ timeout: 500, tries: 2 });
      other.setServers([stage.dns.authoritative]);
      await other.resolve4(cluster?.endpoint ?? '');
    }
    expect(upstream).toHaveLength(4);
    expect(upstream[0]?.address).not.toBe(upstream[1]?.address);
    expect(new Set(upstream.map(({ address }) => address))).toEqual(readers);
    expect(upstream.map(({ ttl }) => ttl)).toEqual([1, 1, 1, 1]);
    const kept: string[] = [];
    const started = performance.now();
    while (performance.now() - started < 500) kept.push((await ask(stage.dns.stub))[0]?.address ?? '');
    expect(kept.filter((address, at) => at > 0 && address !== kept[at - 1]).length).toBeLessThanOrEqual(1);
    const seen = new Set<string>();
    await eventually('the stub asks again after the TTL', 10_000, async () => {
      seen.add((await ask(stage.dns.stub))[0]?.address ?? '');
      return seen.size === 2;
    });
  });

  test('the tree of an instance is its host, the engine and the engine’s children', () => {
    const member = stage.member('one');
    const tree = processTree(member.pid);
    expect(tree[0]).toBe(member.pid);
    expect(tree.length).toBeGreaterThan(5);
    expect(processTree(2 ** 22 + 1)).toEqual([]);
  });

  test('RDS describes it', async () => {
    const { DBClusters } = await stage.call('rds', 'DescribeDBClusters', { DBClusterIdentifier: 'demo' });
    expect(DBClusters[0]).toMatchObject({
      Status: 'available',
      MultiAZ: true,
      HttpEndpointEnabled: true,
      IAMDatabaseAuthenticationEnabled: true,
    });
    expect(DBClusters[0].DBClusterMembers).toHaveLength(3);
    expect(DBClusters[0].DBClusterMembers.filter((m: any) => m.IsClusterWriter)).toMatchObject([
      { DBInstanceIdentifier: 'one', PromotionTier: 0 },
    ]);
    const { DBInstances } = await stage.call('rds', 'DescribeDBInstances', {
      Filters: [{ Name: 'db-cluster-id', Values: ['demo'] }],
    });
    expect(
      DBInstances.map((i: any) => [i.DBInstanceIdentifier, i.AvailabilityZone, i.DBInstanceStatus]),
    ).toEqual([
      ['one', `${REGION}a`, 'available'],
      ['two', `${REGION}b`, 'available'],
      ['three', `${REGION}c`, 'available'],
    ]);
    const tags = await stage.call('rds', 'ListTagsForResource', { ResourceName: stage.clusterArn });
    expect(tags.TagList).toEqual([{ Key: 'stack', Value: 'Demo-Database' }]);
    await expect(
      stage.call('rds', 'DescribeDBClusters', { DBClusterIdentifier: 'no' }),
    ).rejects.toMatchObject({
      code: 'DBClusterNotFoundFault',
    });
  });
});
