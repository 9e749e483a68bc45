/** What each function does when a right is missing, and that none may do what another one does. */

import { afterEach, describe, expect, it } from 'vitest';
import type { StateStore } from '../../../core/ports/index.ts';
import * as replicaPool from '../../../lambdas/replica-pool/handler.ts';
import { stateStore } from '../../../lambdas/shared/aws/dynamo-client.ts';
import * as writeFailover from '../../../lambdas/write-failover/handler.ts';
import { RESOURCE_ID, REGION, TABLE, ACCOUNT } from './account.ts';
import { account, controller, runReconcile, setUp, sweep } from './functions-rig.ts';

afterEach(() => account.stop());

describe('SEC-01: one right less', () => {
  it('a prober without rds-db:connect is blind: it accuses nobody, and says so', async () => {
    const zone = 'us-east-1a';
    const rig = await setUp({ [`health-check-${zone}`]: 'rds-db:connect' });
    const observations = await sweep(rig, zone);
    expect(observations.length).toBeGreaterThan(2);
    for (const { blind, verdicts, samples } of observations) {
      expect(blind).toBe(true);
      expect(verdicts.map(({ failure }) => failure)).toEqual([null, null, null]);
      expect(samples.map(({ reach }) => reach)).toEqual(['login', 'login', 'login']);
    }
    expect(account.parts.identity.denials[0]).toMatchObject({
      principal: expect.stringContaining(`assumed-role/health-check-${zone}/`),
      action: 'rds-db:connect',
      resource: `arn:aws:rds-db:${REGION}:${ACCOUNT}:dbuser:${RESOURCE_ID}/understudy_probe`,
    });
  });

  it('reconcile without ssm:GetParametersByPath does its other half and tells that it may not read', async () => {
    const rig = await setUp({ reconcile: 'ssm:GetParametersByPath' });
    const { refused, woken } = await runReconcile(rig);
    expect(refused['/understudy/demo']).toContain(
      'is not authorized to perform: ssm:GetParametersByPath on resource: ' +
        `arn:aws:ssm:${REGION}:${ACCOUNT}:parameter/understudy/demo because no identity-based policy`,
    );
    expect(woken).toHaveProperty('replica-pool');
    expect(rig.metrics.values('parameter-refused')).toEqual([1]);
    // The SDK does not ask again what was denied.
    expect(account.parts.identity.denials.map(({ action }) => action)).toEqual(['ssm:GetParametersByPath']);
  });

  it('write-failover without rds:FailoverDBCluster gives its recovery up at the first answer', async () => {
    const rig = await setUp({ 'write-failover': 'rds:FailoverDBCluster' });
    rig.world.hang('db-1');
    rig.clock.advance(9000);
    for (let event = 0; event < 3; event += 1) await controller(writeFailover, 'write-failover', rig);
    expect(rig.world.failovers).toEqual([]);
    expect(account.parts.identity.denials).toMatchObject([{ action: 'rds:FailoverDBCluster' }]);
    expect(rig.metrics.values('recovery-failed')).toEqual([1]);
    const ledger = await account.as('write-failover', () =>
      stateStore(TABLE).recentLedger('demo-cluster', 5),
    );
    expect(ledger).toMatchObject([
      { state: 'aborted', steps: [{ outcome: 'refused', detail: 'AccessDenied' }, {}] },
    ]);
  });

  it('write-failover without dynamodb:PutItem fails over nobody: what cannot be recorded is not done', async () => {
    const rig = await setUp({ 'write-failover': 'dynamodb:PutItem' });
    rig.world.hang('db-1');
    rig.clock.advance(9000);
    const run = controller(writeFailover, 'write-failover', rig);
    await expect(run).rejects.toThrow('is not authorized to perform: dynamodb:PutItem');
    expect(rig.world.failovers).toEqual([]);
  });

  it('replica-pool without rds:DescribeDBClusters keeps the pool without AWS', async () => {
    const rig = await setUp({ 'replica-pool': 'rds:DescribeDBClusters' });
    rig.world.hang('db-2');
    rig.clock.advance(3500);
    await controller(replicaPool, 'replica-pool', rig);
    const pool = await account.as('replica-pool', () => stateStore(TABLE).readPool('demo-cluster'));
    expect(pool?.members['db-2']?.state).toBe('out');
  });
});

it('SEC-01: a function may not write what another one does', async () => {
  await setUp();
  const wake = { kind: 'wake', controller: 'replica-pool', at: 1, by: 'x', why: 'x' } as const;
  const lease = { name: 'write-failover', holder: 'x', now: 1, ms: 1 };
  for (const [role, attempt] of [
    ['write-failover', (s: StateStore) => s.putWake(wake)],
    ['replica-pool', (s: StateStore) => s.takeLease(lease)],
    ['reconcile', (s: StateStore) => s.takeLease(lease)],
    ['health-check-us-east-1a', (s: StateStore) => s.putWake(wake)],
  ] as const) {
    const run = account.as<unknown>(role, () => attempt(stateStore(TABLE)));
    await expect(run, role).rejects.toMatchObject({ name: 'AccessDeniedException' });
  }
  expect(account.parts.identity.denials).toHaveLength(4);
});
