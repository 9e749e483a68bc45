/** Facts about Aurora, on a real cluster of the sandbox. Numbers: facts.ts. */

import { once } from 'node:events';
import net from 'node:net';
import tls from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { signalTree } from '../../proving/sandbox/aurora/index.ts';
import { eventually, openCluster, request, type Stage } from '../proving/sandbox/aurora/support.ts';

const FAILS_OVER_MS_MAX = 30_000;

let stage: Stage;
beforeAll(async () => {
  stage = await openCluster();
});
afterAll(() => stage?.end());

const failover = (target?: string) =>
  stage.call('rds', 'FailoverDBCluster', {
    DBClusterIdentifier: 'demo',
    ...(target ? { TargetDBInstanceIdentifier: target } : {}),
  });

const eventIds = () => stage.published.map(({ detail }) => String(detail['EventID']).slice(-4));
const memberIds = ['one', 'two', 'three'];
const readers = () => memberIds.filter((id) => id !== stage.writer());

/** An update of a member's template. */
function update(id: string, before: object, after: object): Promise<unknown> {
  const same = {
    DBInstanceIdentifier: id,
    DBClusterIdentifier: 'demo',
    DBInstanceClass: 'db.r8g.large',
    Engine: 'aurora-postgresql',
  };
  return stage.provider('AWS::RDS::DBInstance').update({
    ...request('AWS::RDS::DBInstance', id, { ...same, ...after }),
    previous: { ...same, ...before },
    physicalId: id,
  });
}

function allAvailable(): Promise<boolean> {
  return eventually('all are available', FAILS_OVER_MS_MAX, () =>
    memberIds.every((id) => stage.member(id).status === 'available'),
  );
}

/** The names of the certificate that an address shows to a PostgreSQL client. */
async function certificateNames(address: string): Promise<readonly string[]> {
  const socket = net.connect(5432, address);
  const sslRequest = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);
  socket.write(sslRequest);
  await once(socket, 'data');
  const secure = tls.connect({ socket, ca: stage.tls.caPem, checkServerIdentity: () => undefined });
  await once(secure, 'secureConnect');
  const names = secure.getPeerCertificate().subjectaltname ?? '';
  secure.destroy();
  return names.split(', ').map((name) => name.replace('DNS:', ''));
}

describe('SQL', () => {
  test.each(['pg_last_wal_receive_lsn', 'pg_last_wal_replay_lsn', 'pg_last_xlog_replay_location'])(
    'fact 34: %s() is refused on writer and reader',
    async (name) => {
      for (const id of ['one', 'two']) {
        const client = await stage.connect(id);
        await expect(client.query(`SELECT ${name}()`)).rejects.toMatchObject({
          code: '0A000',
          message: `Function ${name}() is currently not supported for Aurora`,
        });
        await client.end();
      }
    },
  );

  test('fact 34: pg_current_wal_lsn() wants logical WAL, and the Aurora functions tell members and identity', async () => {
    const client = await stage.connect('two');
    await expect(client.query('SELECT pg_current_wal_lsn()')).rejects.toMatchObject({
      code: '55000',
      message: "wal_level must be set to 'logical'",
    });
    const { rows } = await client.query(
      `SELECT aurora_db_instance_identifier() AS own, server_id, session_id = 'MASTER_SESSION_ID' AS writes
         FROM aurora_replica_status() ORDER BY server_id`,
    );
    expect(rows).toEqual([
      { own: 'two', server_id: 'one', writes: true },
      { own: 'two', server_id: 'three', writes: false },
      { own: 'two', server_id: 'two', writes: false },
    ]);
    await client.end();
  });

  test('fact 18: lag is a number of ms for a reader, and nothing for the writer', async () => {
    const client = await stage.connect('one');
    const { rows } = await client.query(
      'SELECT server_id, replica_lag_in_msec AS ms FROM aurora_replica_status() ORDER BY server_id',
    );
    expect(rows).toEqual([
      { server_id: 'one', ms: null },
      { server_id: 'three', ms: expect.any(Number) },
      { server_id: 'two', ms: expect.any(Number) },
    ]);
    await client.end();
  });
});

describe('endpoints', () => {
  test('fact 35: a certificate carries the endpoint names of AWS alone', async () => {
    const [cluster] = stage.aurora.describe();
    for (const id of memberIds) {
      const { address, endpoint } = stage.member(id);
      const names = await certificateNames(address);
      const domain = endpoint.slice(endpoint.indexOf('.') + 1);
      expect(names).toHaveLength(4);
      expect(names).toEqual(
        expect.arrayContaining([
          endpoint,
          cluster!.endpoint,
          cluster!.readerEndpoint,
          `*.cluster-custom-${domain}`,
        ]),
      );
    }
  });

  test('fact 19, fact 38: a READER endpoint leaves out who is excluded, keeps open connections, and has no writer to fall back to', async () => {
    const made = await stage.create('AWS::RDS::DBClusterEndpoint', 'Pool', {
      DBClusterIdentifier: 'demo',
      DBClusterEndpointIdentifier: 'pool',
      CustomEndpointType: 'READER',
    });
    const name = made.attributes.Endpoint;
    const targets = () => [...(stage.dns.names.get(name)?.values ?? [])].sort();
    const endpoints = (...ids: string[]) => ids.map((id) => stage.member(id).endpoint).sort();
    const edit = (input: object) =>
      stage.call('rds', 'ModifyDBClusterEndpoint', { DBClusterEndpointIdentifier: 'pool', ...input });
    expect(targets()).toEqual(endpoints('two', 'three'));
    const open = await stage.connect('two');
    await edit({ ExcludedMembers: ['two'] });
    expect(targets()).toEqual(endpoints('three'));
    expect((await open.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    await open.end();
    await expect(edit({ StaticMembers: ['two'], ExcludedMembers: ['three'] })).rejects.toMatchObject({
      code: 'InvalidParameterCombination',
    });
    await edit({ ExcludedMembers: ['two', 'three'] });
    expect(targets()).toEqual([]);
    await edit({ ExcludedMembers: [] });
  });

  test('fact 19: a cluster has five custom endpoints at most', async () => {
    const more = (id: string) =>
      stage.create('AWS::RDS::DBClusterEndpoint', id, {
        DBClusterIdentifier: 'demo',
        DBClusterEndpointIdentifier: id,
        CustomEndpointType: 'ANY',
      });
    for (const id of ['b', 'c', 'd', 'e']) await more(id);
    await expect(more('f')).rejects.toMatchObject({ code: 'DBClusterEndpointQuotaExceededFault' });
  });
});

describe('failover', () => {
  test('fact 13: what FailoverDBCluster does not take', async () => {
    await expect(failover('one')).rejects.toMatchObject({ code: 'InvalidDBInstanceState' });
    await expect(failover('nobody')).rejects.toMatchObject({ code: 'DBInstanceNotFound' });
  });

  test('fact 14: a changed promotion tier fails nothing over', async () => {
    await update('three', { PromotionTier: 2 }, { PromotionTier: 1 });
    expect(stage.writer()).toBe('one');
    expect(eventIds().filter((id) => id >= '0069' && id <= '0073')).toEqual([]);
  });

  test('fact 13, fact 14, fact 33: it promotes the reader that is named, refuses another call meanwhile, and tells by events and Describe', async () => {
    const reading = await stage.connect('two');
    expect((await failover('three')).DBCluster.Status).toBe('failing-over');
    await expect(failover()).rejects.toMatchObject({ code: 'InvalidDBClusterStateFault' });
    await eventually('three writes', FAILS_OVER_MS_MAX, () => stage.writer() === 'three');
    // A reader that is not part of it serves on in its open session.
    expect((await reading.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    await reading.end();
    await allAvailable();
    expect(eventIds().filter((id) => id >= '0069' && id <= '0073')).toEqual(['0073', '0071']);
    const { DBClusters } = await stage.call('rds', 'DescribeDBClusters', {});
    const writers = DBClusters[0].DBClusterMembers.filter((one: any) => one.IsClusterWriter);
    expect(writers.map((one: any) => one.DBInstanceIdentifier)).toEqual(['three']);
    // The template says what it said before the failover: enacting a change of it moves no role back.
    await update('one', { PromotionTier: 0 }, { PromotionTier: 1 });
    expect(stage.writer()).toBe('three');
  });

  test('fact 19: the promoted reader has left the READER endpoint, and the old writer has joined it', async () => {
    const name = stage.aurora.describe()[0]!.endpoint.replace(/^demo\.cluster-/, 'pool.cluster-custom-');
    await eventually('the endpoint has its readers', FAILS_OVER_MS_MAX, () => {
      const targets = new Set(stage.dns.names.get(name)?.values);
      return !targets.has(stage.member('three').endpoint) && targets.has(stage.member('one').endpoint);
    });
  });

  test('fact 21: who still talks to the old writer gets 25006', async () => {
    const stale = await stage.connect('one');
    await expect(stale.query('CREATE TABLE t (i int)')).rejects.toMatchObject({ code: '25006' });
    await stale.end();
  });

  test('fact 14, fact 36: a dead writer is failed over without being asked, while the readers stay up', async () => {
    stage.published.length = 0;
    const writer = stage.writer();
    const open = await Promise.all(readers().map((id) => stage.connect(id)));
    signalTree(stage.member(writer).pid, 'SIGKILL');
    let answered = 0;
    await eventually('another member writes', FAILS_OVER_MS_MAX, async () => {
      const answers = await Promise.allSettled(open.map((client) => client.query('SELECT 1')));
      answered = Math.max(answered, answers.filter(({ status }) => status === 'fulfilled').length);
      return stage.writer() !== writer;
    });
    expect(answered).toBe(2);
    await Promise.allSettled(open.map((client) => client.end()));
    await allAvailable();
    expect(eventIds().filter((id) => id >= '0069' && id <= '0073')).toEqual([
      expect.stringMatching(/^007[23]$/),
      '0071',
    ]);
  });
});
