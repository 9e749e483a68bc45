/** Each right of the list is used by the function that has it, and each call of its ports is allowed. */

import { RDSDataClient } from '@aws-sdk/client-rds-data';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { DiscoverInstancesCommand, ServiceDiscoveryClient } from '@aws-sdk/client-servicediscovery';
import type { TargetsItem } from '../../../core/state/front-items.ts';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterEach, describe, expect, it } from 'vitest';
import * as replicaPool from '../../../lambdas/replica-pool/handler.ts';
import { runInTransaction } from '../../../lambdas/shared/aws/data-api.ts';
import { DynamoStrategyStore } from '../../../lambdas/shared/aws/strategy-store.ts';
import { databaseToken } from '../../../lambdas/shared/aws/database-token.ts';
import { frontStore } from '../../../lambdas/shared/aws/dynamo-client.ts';
import * as writeFailover from '../../../lambdas/write-failover/handler.ts';
import { refuseToken } from '../../../proving/sandbox/aurora/tokens.ts';
import { DynamoDbLeaseStore } from '../../../runtime/adapters/dynamodb-lease-store.ts';
import { DynamoDbOutcomeSink } from '../../../runtime/adapters/dynamodb-outcome-sink.ts';
import { demandItem } from '../../lambdas/fakes/throttle-items.ts';
import { ENV } from '../../lambdas/fakes/world.ts';
import {
  DATA_API,
  FRONT_TABLE,
  FRONT_ARN,
  RESOURCE_ID,
  REGION,
  TABLE,
  THROTTLE_TABLE,
  ACCOUNT,
} from './account.ts';
import { GROUPS, refusalOf } from './cache-logins.ts';
import { expectAllUsed } from './usage.ts';
import { type Rig, account, controller, runReconcile, setUp, sweep } from './functions-rig.ts';

afterEach(() => account.stop());

const TARGET = '10.42.40.5:8080';

/** Written as dns-failover writes it, under its role. */
async function listTarget({ clock }: Rig): Promise<void> {
  const at = clock.now();
  const place = { memberId: TARGET, address: '10.42.40.5', port: 8080, az: 'us-east-1a' };
  const item: TargetsItem = {
    kind: 'targets',
    env: ENV,
    epoch: 1,
    at,
    healthPath: '/health',
    targets: [{ ...place, registered: true, balancer: 'healthy', since: at }],
    removals: [],
    shifted: [],
  };
  await account.as('dns-failover', () => frontStore(FRONT_TABLE).putTargets(item));
}

describe('SEC-01: every right is used, and every call is allowed', () => {
  it('health-check: a prober logs in, asks the targets, reads its thresholds and writes what it saw', async () => {
    const rig = await setUp();
    await listTarget(rig);
    const observations = await sweep(rig, 'us-east-1b');
    expect(observations.length).toBeGreaterThan(2);
    expect(observations.at(-1)).toMatchObject({ blind: false });
    const seen = await account.as('dns-failover', () =>
      frontStore(FRONT_TABLE).latestTargetObservations(['us-east-1b']),
    );
    expect(seen.at(-1)?.samples).toMatchObject([{ memberId: TARGET, reach: 'ok' }]);
    expectAllUsed(account, 'health-check-us-east-1b');
  });

  it('replica-pool: takes a reader out and edits the custom endpoint', async () => {
    const rig = await setUp();
    await controller(replicaPool, 'replica-pool', rig);
    rig.world.hang('db-2');
    rig.clock.advance(3500);
    await controller(replicaPool, 'replica-pool', rig);
    expect(rig.world.excluded).toEqual(['db-2']);
    expectAllUsed(account, 'replica-pool');
  });

  it('write-failover: fails the writer over and confirms it', async () => {
    const rig = await setUp();
    rig.world.hang('db-1');
    rig.clock.advance(9000);
    const { summary } = await controller(writeFailover, 'write-failover', rig);
    expect(summary).toContain('done');
    expect(rig.world.writer).not.toBe('db-1');
    expectAllUsed(account, 'write-failover');
  });

  it('reconcile: copies thresholds, quotas and strategies, and wakes both controllers', async () => {
    const rig = await setUp();
    rig.world.hang('db-1');
    rig.clock.advance(9000);
    const { woken, refused } = await runReconcile(rig);
    expect(refused).toEqual({});
    expect(Object.keys(woken).toSorted()).toEqual(['replica-pool', 'write-failover']);
    expectAllUsed(account, 'reconcile');
  });

  it('database-bootstrap: commits its statements, and rolls back those that fail', async () => {
    await setUp();
    await account.as('database-bootstrap', async () => {
      const client = new RDSDataClient({ maxAttempts: 1 });
      await runInTransaction(client, DATA_API, ['select 1']);
      const { operations } = account.parts.all
        .flatMap((part) => part.services ?? [])
        .find(({ signingName }) => signingName === 'rds-data')!;
      Object.assign(operations['ExecuteStatement']!, { handle: () => Promise.reject(new Error('broken')) });
      await expect(runInTransaction(client, DATA_API, ['select 1'])).rejects.toThrow('broken');
    });
    expectAllUsed(account, 'database-bootstrap');
  });

  it('an application: logs in, reports its outcomes and its demand, reads its lease, and calls the front of the cache', async () => {
    await setUp();
    const role = 'ApplicationshopRole';
    await account.as(role, async () => {
      const sink = new DynamoDbOutcomeSink({ table: TABLE, region: REGION });
      const item = { application: 'shop', processId: 'p', at: Date.now() };
      await sink.put(item as never);
      sink.close();
      const leases = new DynamoDbLeaseStore({ table: THROTTLE_TABLE, region: REGION });
      await leases.report(demandItem());
      expect(await leases.lease('shop', 'quotes', 'i1')).toBeNull();
      leases.close();
      const token = databaseToken({ region: REGION, user: 'shop' });
      const resourceArn = `arn:aws:rds-db:${REGION}:${ACCOUNT}:dbuser:${RESOURCE_ID}/shop`;
      const expected = {
        hosts: ['h'],
        port: 5432,
        user: 'shop',
        region: REGION,
        resourceArn,
        now: Date.now(),
      };
      expect(await refuseToken(await token('h', 5432), expected, account.parts.identity)).toBeNull();
      for (const group of GROUPS) expect(await refusalOf(account, group, 'demo-shop')).toBeNull();
      const lambda = new LambdaClient({ region: REGION, maxAttempts: 1 });
      await lambda.send(new InvokeCommand({ FunctionName: FRONT_ARN }));
      await readBundle();
    });
    expectAllUsed(account, role);
  });

  it('a task of the web tier: finds services, reads their strategies and its bundle', async () => {
    await setUp();
    await account.as('WebRole', async () => {
      const cloudMap = new ServiceDiscoveryClient({
        region: REGION,
        maxAttempts: 1,
        // The name before the host is AWS's; the account here has one address.
        disableHostPrefix: true,
      });
      const asked = new DiscoverInstancesCommand({ NamespaceName: 'demo', ServiceName: 'shop' });
      await expect(cloudMap.send(asked)).rejects.toMatchObject({ name: 'NamespaceNotFound' });
      expect(await new DynamoStrategyStore(FRONT_TABLE).readStrategy('shop')).toBeNull();
      await readBundle();
    });
    expectAllUsed(account, 'WebRole');
  });
});

/** As the loader does: there is no such object here, which is said only to who may read it. */
async function readBundle(): Promise<void> {
  const s3 = new S3Client({ region: REGION, maxAttempts: 1, forcePathStyle: true });
  const object = { Bucket: `cdk-hnb659fds-assets-${ACCOUNT}-${REGION}`, Key: 'abc.mjs' };
  await expect(s3.send(new GetObjectCommand(object))).rejects.toMatchObject({
    name: expect.stringMatching(/^NoSuch/),
  });
}
