/** The rights of the cache's functions: each is used, each call is allowed, and nobody has another's. */

import {
  DescribeReplicationGroupsCommand,
  ElastiCacheClient,
  ModifyReplicationGroupCommand,
  RebootCacheClusterCommand,
  TestFailoverCommand,
} from '@aws-sdk/client-elasticache';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { CacheObservationItem } from '../../../core/state/cache-items.ts';
import { createHandler, type RouterReport } from '../../../lambdas/cache-router/handler.ts';
import { databaseToken } from '../../../lambdas/shared/aws/database-token.ts';
import {
  cacheStateStore,
  proberCacheStateStore,
  stateStore,
} from '../../../lambdas/shared/aws/dynamo-client.ts';
import { ElastiCacheControl } from '../../../lambdas/shared/aws/elasticache.ts';
import { FrontLedger } from '../../../lambdas/shared/aws/front-ledger.ts';
import { CACHE_FRONT_ROLE } from '../../../lambdas/shared/contract.ts';
import { refuseToken } from '../../../proving/sandbox/aurora/tokens.ts';
import { VirtualClock } from '../../lambdas/fakes/clock.ts';
import { RecordedMetrics, SILENT } from '../../lambdas/fakes/process.ts';
import { World } from '../../lambdas/fakes/world.ts';
import { synthesize, type Synthesized } from '../synth.ts';
import {
  ACCOUNT,
  FRONT_ARN,
  openAccount,
  playerOf,
  REGION,
  RESOURCE_ID,
  TABLE,
  type Account,
} from './account.ts';
import { GROUPS, refusalOf } from './cache-logins.ts';
import { expectAllUsed } from './usage.ts';

const ZONES = ['us-east-1a', 'us-east-1b', 'us-east-1c'];
const ROLE = 'cache-router';
const AWAY = 'demo-cache-1';
const DENIED = { name: expect.stringMatching(/AccessDenied/) };

let json: Synthesized['json'];
beforeAll(() => {
  json = synthesize().json;
});

let account: Account;
let clock: VirtualClock;
afterEach(() => account.stop());

async function setUp(without: Readonly<Record<string, string>> = {}): Promise<void> {
  clock = new VirtualClock();
  clock.advance(3_600_000);
  account = await openAccount(json, new World(clock), without);
  playAws();
}

/** What ElastiCache and the front would answer: one node, available, of which most zones say that it is away. */
function playAws(): string[] {
  const rebooted: string[] = [];
  const play = playerOf(account.parts);
  play('DescribeReplicationGroups', ({ ReplicationGroupId: id }) => ({
    ReplicationGroups: [
      {
        ReplicationGroupId: id,
        Status: 'available',
        AutomaticFailover: 'disabled',
        MemberClusters: [`${id}-001`],
      },
    ],
  }));
  play('DescribeCacheClusters', ({ CacheClusterId: id }) => ({
    CacheClusters: [
      { CacheClusterId: id, CacheClusterStatus: 'available', CacheNodes: [{ CacheNodeId: '0001' }] },
    ],
  }));
  play('RebootCacheCluster', ({ CacheClusterId: id }) => {
    rebooted.push(id);
    return { CacheCluster: { CacheClusterId: id } };
  });
  play('Invoke', ({ Payload }) => {
    const { cache } = JSON.parse(Buffer.from(Payload).toString()) as { cache: string };
    const count = cache === 'main' ? 4 : 1;
    const rows = Array.from({ length: count }, (_, shard) => ({
      shard,
      epoch: 7,
      state: cache === 'main' && shard === 1 ? 'closed' : 'serving',
    }));
    return { StatusCode: 200, Payload: new TextEncoder().encode(JSON.stringify({ op: 'rows', rows })) };
  });
  return rebooted;
}

/** Written by each prober under its own role. */
async function observe(): Promise<void> {
  const at = clock.now();
  for (const az of ZONES) {
    const item: CacheObservationItem = {
      kind: 'cache-observation',
      env: 'demo',
      az,
      at,
      token: 1,
      sequence: 1,
      samples: GROUPS.map((memberId) => ({
        memberId,
        at,
        reach: memberId === AWAY ? 'timeout' : 'ok',
        runId: null,
        latencyMs: null,
      })),
      verdicts: GROUPS.map((memberId) => ({
        memberId,
        failure: memberId === AWAY ? 'shard-unreachable' : null,
        since: at - 600_000,
        samples: 600,
      })),
      blind: false,
      changed: false,
    };
    await account.as(`health-check-${az}`, () => proberCacheStateStore(TABLE).putCacheObservation(item));
  }
}

function runRouter(): Promise<RouterReport> {
  const endsAt = clock.monotonic() + 25_000;
  return account.as(ROLE, () =>
    createHandler(
      {
        clock,
        store: stateStore(TABLE),
        cacheStore: cacheStateStore(TABLE),
        shards: new FrontLedger({ front: FRONT_ARN, requestMs: 5000 }),
        control: new ElastiCacheControl({ now: () => clock.now(), requestMs: 5000 }),
        metrics: new RecordedMetrics(),
        log: SILENT,
      },
      {
        env: 'demo',
        functionName: ROLE,
        table: TABLE,
        region: REGION,
        zones: ZONES,
        mode: 'act',
        shards: GROUPS.map((memberId, index) =>
          index < 4
            ? { memberId, cache: 'main' as const, shard: index }
            : { memberId, cache: 'gutter' as const, shard: 0 },
        ),
      },
    )(
      {},
      {
        requestId: 'r',
        functionArn: `arn:aws:lambda:${REGION}:${ACCOUNT}:function:demo-cache-router`,
        remainingMs: () => endsAt - clock.monotonic(),
      },
    ),
  );
}

describe('SEC-01: every right of the cache is used, and every call is allowed', () => {
  it('cache-router: reads what the probers say and the rows, and reboots a node that AWS calls available', async () => {
    await setUp();
    const rebooted = playAws();
    await observe();
    const { summary } = await runRouter();
    expect(rebooted, summary).toEqual([`${AWAY}-001`]);
    expectAllUsed(account, ROLE);
  });

  it('cache-front: logs in to every shard as its own user, and to the database as its own role', async () => {
    await setUp();
    await account.as('cache-front', async () => {
      for (const group of GROUPS) expect(await refusalOf(account, group, 'demo-cache-front')).toBeNull();
      const token = await databaseToken({ region: REGION, user: CACHE_FRONT_ROLE })('h', 5432);
      const resourceArn = `arn:aws:rds-db:${REGION}:${ACCOUNT}:dbuser:${RESOURCE_ID}/${CACHE_FRONT_ROLE}`;
      const expected = { hosts: ['h'], port: 5432, user: CACHE_FRONT_ROLE, region: REGION };
      const refusal = await refuseToken(
        token,
        { ...expected, resourceArn, now: Date.now() },
        account.parts.identity,
      );
      expect(refusal).toBeNull();
    });
    expectAllUsed(account, 'cache-front');
  });

  it.each([
    'elasticache:DescribeReplicationGroups',
    'elasticache:RebootCacheCluster',
    'lambda:InvokeFunction',
  ])('without %s no node is rebooted', async (action) => {
    await setUp({ [ROLE]: action });
    const rebooted = playAws();
    await observe();
    await runRouter();
    expect(rebooted).toEqual([]);
    expect(account.parts.identity.denials.map((denial) => denial.action)).toContain(action);
  });
});

describe('SEC-12: nobody logs in to a shard as somebody else', () => {
  it('each role signs tokens for its own user alone', async () => {
    await setUp();
    const users = {
      ApplicationshopRole: 'demo-shop',
      'cache-front': 'demo-cache-front',
      'health-check-us-east-1a': 'demo-health-check',
    };
    for (const role of Object.keys(users)) {
      for (const [owner, user] of Object.entries(users)) {
        const refusal = await account.as(role, () => refusalOf(account, 'demo-cache-0', user));
        expect(refusal === null, `${role} as ${user}: ${refusal}`).toBe(role === owner);
      }
    }
  });

  it('no role logs in to a shard of another environment', async () => {
    await setUp();
    const refusal = await account.as('cache-front', () =>
      refusalOf(account, 'prod-cache-0', 'demo-cache-front'),
    );
    expect(refusal).toMatch(/elasticache:Connect/);
  });
});

describe('SEC-01: what no function may do to the cache', () => {
  it('fail over, change a group, or reboot what is not its own', async () => {
    await setUp();
    await account.as(ROLE, async () => {
      const client = new ElastiCacheClient({ region: REGION, maxAttempts: 1 });
      const reboot = (CacheClusterId: string) =>
        client.send(new RebootCacheClusterCommand({ CacheClusterId, CacheNodeIdsToReboot: ['0001'] }));
      await expect(reboot('prod-cache-0-001')).rejects.toMatchObject(DENIED);
      await expect(
        client.send(new TestFailoverCommand({ ReplicationGroupId: AWAY, NodeGroupId: '0001' })),
      ).rejects.toMatchObject(DENIED);
      await expect(
        client.send(new ModifyReplicationGroupCommand({ ReplicationGroupId: AWAY })),
      ).rejects.toMatchObject(DENIED);
      await expect(client.send(new DescribeReplicationGroupsCommand({}))).rejects.toMatchObject(DENIED);
    });
  });

  it('reboot at all, or call the front, but the controller and the applications', async () => {
    await setUp();
    for (const role of ['cache-front', 'health-check-us-east-1a', 'replica-pool', 'reconcile']) {
      await account.as(role, async () => {
        const reboot = new RebootCacheClusterCommand({
          CacheClusterId: `${AWAY}-001`,
          CacheNodeIdsToReboot: ['0001'],
        });
        const client = new ElastiCacheClient({ region: REGION, maxAttempts: 1 });
        await expect(client.send(reboot), role).rejects.toMatchObject(DENIED);
        const lambda = new LambdaClient({ region: REGION, maxAttempts: 1 });
        const call = lambda.send(new InvokeCommand({ FunctionName: FRONT_ARN }));
        await expect(call, role).rejects.toMatchObject(DENIED);
      });
    }
  });
});
