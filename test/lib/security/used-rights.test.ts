/** Each right of the list is used by the function that has it, and each call of its ports is allowed. */

import { RDSDataClient } from '@aws-sdk/client-rds-data';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { SSMClient } from '@aws-sdk/client-ssm';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { DatabaseMember, MemberProbe, ProbeResult, StateStore } from '../../../core/ports/index.ts';
import type { ObservationItem } from '../../../core/state/items.ts';
import * as healthCheck from '../../../lambdas/health-check/handler.ts';
import * as reconcile from '../../../lambdas/reconcile/handler.ts';
import * as replicaPool from '../../../lambdas/replica-pool/handler.ts';
import { CloudWatchAlarms } from '../../../lambdas/shared/aws/alarms.ts';
import { runInTransaction } from '../../../lambdas/shared/aws/data-api.ts';
import { RdsControl } from '../../../lambdas/shared/aws/database-control.ts';
import { databaseToken } from '../../../lambdas/shared/aws/database-token.ts';
import {
  proberCacheStateStore,
  proberStateStore,
  stateStore,
} from '../../../lambdas/shared/aws/dynamo-client.ts';
import { SsmParameters } from '../../../lambdas/shared/aws/parameters.ts';
import { PROBE_USER } from '../../../lambdas/shared/contract.ts';
import * as writeFailover from '../../../lambdas/write-failover/handler.ts';
import { refuseToken } from '../../../proving/sandbox/aurora/tokens.ts';
import { DynamoDbLeaseStore } from '../../../runtime/adapters/dynamodb-lease-store.ts';
import { DynamoDbOutcomeSink } from '../../../runtime/adapters/dynamodb-outcome-sink.ts';
import { VirtualClock } from '../../lambdas/fakes/clock.ts';
import { RecordedMetrics, SILENT, observationEvent, settingsOf } from '../../lambdas/fakes/process.ts';
import { demandItem } from '../../lambdas/fakes/throttle-items.ts';
import { ENV, World } from '../../lambdas/fakes/world.ts';
import { synthesize, type Synthesized } from '../synth.ts';
import {
  DATA_API,
  FRONT_ARN,
  RESOURCE_ID,
  REGION,
  TABLE,
  THROTTLE_TABLE,
  ACCOUNT,
  openAccount,
  type Account,
} from './account.ts';
import { GROUPS, loginProbeOf, refusalOf } from './cache-logins.ts';
import { expectAllUsed } from './usage.ts';

let json: Synthesized['json'];
beforeAll(() => {
  json = synthesize().json;
});

let account: Account;
afterEach(() => account.stop());

interface Rig {
  readonly clock: VirtualClock;
  readonly world: World;
  readonly metrics: RecordedMetrics;
}

async function setUp(without: Readonly<Record<string, string>> = {}): Promise<Rig> {
  const clock = new VirtualClock();
  const world = new World(clock);
  account = await openAccount(json, world, without);
  return { clock, world, metrics: new RecordedMetrics() };
}

/** The real store; the observations it answers are those of the test's cluster, at the time of the test's clock. */
function storeOf({ world }: Rig): StateStore {
  const store = stateStore(TABLE);
  const read = store.latestObservations.bind(store);
  store.latestObservations = async (zones) => {
    await read(zones);
    return world.observations(zones);
  };
  return store;
}

const settings = (name: string, { world }: Rig) => ({
  ...settingsOf(name, world),
  table: TABLE,
  endpointId: 'understudy-demo-readers',
  parameterRoot: '/understudy/demo',
  alarmPrefix: 'understudy-demo-',
  resources: [{ resource: 'quotes', application: 'shop' }],
});

const invocation = ({ clock }: Rig, name: string) => {
  const endsAt = clock.monotonic() + 25_000;
  return {
    requestId: name,
    functionArn: `arn:aws:lambda:eu-west-1:${ACCOUNT}:function:demo-${name}`,
    remainingMs: () => endsAt - clock.monotonic(),
  };
};

/** The event's table, as the test's fakes name it. */
function observed(): unknown {
  return JSON.parse(JSON.stringify(observationEvent()).replaceAll('demo-state', TABLE));
}

function controller(module: typeof replicaPool | typeof writeFailover, name: string, rig: Rig) {
  return account.as(name, () => {
    const control = new RdsControl({ now: () => rig.clock.now(), requestMs: 3000 });
    const { clock, metrics } = rig;
    const ports = { clock, store: storeOf(rig), control, metrics, log: SILENT };
    return module.createHandler(ports, settings(name, rig))(observed(), invocation(rig, name));
  });
}

function runReconcile(rig: Rig) {
  return account.as('reconcile', () => {
    const ports = {
      clock: rig.clock,
      store: storeOf(rig),
      parameters: new SsmParameters(new SSMClient()),
      alarms: new CloudWatchAlarms(new CloudWatchClient()),
      metrics: rig.metrics,
      log: SILENT,
    };
    return reconcile.createHandler(ports, settings('reconcile', rig))({}, invocation(rig, 'reconcile'));
  });
}

/** Logs in with a token of the function's own, which the instance judges as a real one does. */
function loginProbe({ clock }: Rig): MemberProbe {
  const token = databaseToken({ region: REGION, user: PROBE_USER });
  return {
    async probe(member: DatabaseMember): Promise<ProbeResult> {
      const expected = {
        hosts: [member.host],
        port: 5432,
        user: PROBE_USER,
        region: REGION,
        now: Date.now(),
      };
      const resourceArn = `arn:aws:rds-db:${REGION}:${ACCOUNT}:dbuser:${RESOURCE_ID}/${PROBE_USER}`;
      const text = await token(member.host, 5432);
      const refusal = await refuseToken(text, { ...expected, resourceArn }, account.parts.identity);
      const reach = refusal === null ? ('ok' as const) : ('login' as const);
      const role = refusal !== null ? null : member.id === 'db-1' ? ('writer' as const) : ('reader' as const);
      const sample = { memberId: member.id, at: clock.now(), lagMs: null, latencyMs: 1, sqlState: null };
      return { sample: { ...sample, reach, role, write: role === 'writer' ? 'ok' : null }, status: [] };
    },
    close: async () => undefined,
  };
}

async function sweep(rig: Rig, zone: string): Promise<readonly ObservationItem[]> {
  const written: ObservationItem[] = [];
  await account.as(`health-check-${zone}`, async () => {
    const store = proberStateStore(TABLE);
    const put = store.putObservation.bind(store);
    store.putObservation = async (item) => {
      await put(item);
      written.push(item);
    };
    const cache = {
      store: proberCacheStateStore(TABLE),
      probe: loginProbeOf(
        () => account,
        'demo-health-check',
        () => rig.clock.now(),
      ),
    };
    const ports = {
      clock: rig.clock,
      store,
      probe: loginProbe(rig),
      metrics: rig.metrics,
      log: SILENT,
      cache,
    };
    const shards = GROUPS.map((id) => ({ id, host: id, port: 6379 }));
    const members = rig.world.members.map(({ id }) => ({ id, host: `${id}.example` }));
    const run = healthCheck.createHandler(ports, { env: ENV, az: zone, members, shards, runMsMax: 6000 });
    await run({}, { ...invocation(rig, zone), remainingMs: () => 90_000 });
  });
  return written;
}

describe('SEC-01: every right is used, and every call is allowed', () => {
  it('health-check: a prober logs in, reads its thresholds and writes its observation', async () => {
    const rig = await setUp();
    const observations = await sweep(rig, 'us-east-1b');
    expect(observations.length).toBeGreaterThan(2);
    expect(observations.at(-1)).toMatchObject({ blind: false });
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

  it('reconcile: copies thresholds and quotas, and wakes both controllers', async () => {
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
    });
    expectAllUsed(account, role);
  });
});

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
