/** The throttle's function and its applications: each call of their ports is allowed, and none of another's. */

import { DynamoDBClient, GetItemCommand, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ResourceQuotas } from '../../../core/throttle/index.ts';
import { stateStore } from '../../../lambdas/shared/aws/dynamo-client.ts';
import { throttleStore } from '../../../lambdas/shared/aws/throttle-store.ts';
import { createHandler, type ThrottleReport } from '../../../lambdas/throttle/handler.ts';
import { DynamoDbLeaseStore } from '../../../runtime/adapters/dynamodb-lease-store.ts';
import { VirtualClock } from '../../lambdas/fakes/clock.ts';
import { RecordedMetrics, SILENT } from '../../lambdas/fakes/process.ts';
import { demandItem, leaseItem } from '../../lambdas/fakes/throttle-items.ts';
import { World } from '../../lambdas/fakes/world.ts';
import { synthesize, type Synthesized } from '../synth.ts';
import { ACCOUNT, openAccount, REGION, TABLE, THROTTLE_TABLE, type Account } from './account.ts';
import { expectAllUsed } from './usage.ts';

const ROLE = 'throttle';
const SHOP = 'ApplicationshopRole';
const PLACE = ['shop', 'quotes', 'i1'] as const;
const DENIED = { name: 'AccessDeniedException' };

let json: Synthesized['json'];
let quotas: ResourceQuotas;
beforeAll(() => {
  const made = synthesize();
  json = made.json;
  quotas = made.environment.profile.throttle[0]!;
});

let account: Account;
let clock: VirtualClock;
afterEach(() => account.stop());

async function setUp(without: Readonly<Record<string, string>> = {}): Promise<void> {
  clock = new VirtualClock();
  account = await openAccount(json, new World(clock), without);
  await account.as('reconcile', () =>
    stateStore(TABLE).putQuotas({ kind: 'quotas', quotas, at: 1, refused: {} }),
  );
  await asShop((leases) => leases.report(demandItem({ at: clock.now(), callers: { a: 10 } })));
}

function asShop<T>(work: (leases: DynamoDbLeaseStore) => Promise<T>): Promise<T> {
  return account.as(SHOP, async () => {
    const leases = new DynamoDbLeaseStore({ table: THROTTLE_TABLE, region: REGION });
    return work(leases).finally(() => leases.close());
  });
}

function divide(): Promise<ThrottleReport> {
  const stream = `arn:aws:dynamodb:${REGION}:${ACCOUNT}:table/${THROTTLE_TABLE}/stream/2026-11-22T00:00:00.000`;
  const Keys = { pk: { S: 'demand#shop' }, sk: { S: 'quotes#i1' } };
  const record = {
    eventName: 'MODIFY',
    eventSource: 'aws:dynamodb',
    eventSourceARN: stream,
    dynamodb: { Keys },
  };
  return account.as(ROLE, () => {
    const ports = {
      clock,
      store: stateStore(TABLE),
      throttle: throttleStore(THROTTLE_TABLE),
      metrics: new RecordedMetrics(),
      log: SILENT,
    };
    const settings = {
      env: 'demo',
      functionName: ROLE,
      table: TABLE,
      region: REGION,
      throttleTable: THROTTLE_TABLE,
      resources: [{ resource: 'quotes', application: 'shop' }],
      mode: 'act' as const,
    };
    return createHandler(ports, settings)(
      { Records: [record] },
      {
        requestId: 'r',
        functionArn: `arn:aws:lambda:${REGION}:${ACCOUNT}:function:demo-throttle`,
        remainingMs: () => 10_000,
      },
    );
  });
}

describe('SEC-01: every right of the throttle is used, and every call is allowed', () => {
  it('throttle: answers a report with a lease, which its process reads', async () => {
    await setUp();
    expect(await divide()).toMatchObject({ ran: true, summary: 'shop: 1 leases of quotes' });
    expect(await asShop((leases) => leases.lease(...PLACE))).toMatchObject({
      kind: 'throttle-lease',
      instance: 'i1',
    });
    expectAllUsed(account, ROLE);
  });

  it.each(['dynamodb:Query', 'dynamodb:PutItem', 'dynamodb:GetItem'])(
    'without %s it gives no lease, and says that it may not',
    async (action) => {
      await setUp({ [ROLE]: action });
      await expect(divide()).rejects.toThrow(`is not authorized to perform: ${action}`);
      expect(await asShop((leases) => leases.lease(...PLACE))).toBeNull();
    },
  );
});

describe('SEC-17: an application reaches its own partitions of the throttle table alone', () => {
  it('may not report for another, nor read its lease', async () => {
    await setUp();
    await expect(
      asShop((leases) => leases.report(demandItem({ application: 'search' }))),
    ).rejects.toMatchObject(DENIED);
    await expect(asShop((leases) => leases.lease('search', 'quotes', 'i1'))).rejects.toMatchObject(DENIED);
  });

  it('may neither write leases and plans, nor read what others report', async () => {
    await setUp();
    await account.as(SHOP, async () => {
      const client = new DynamoDBClient({ region: REGION, maxAttempts: 1 });
      const attempt = (command: PutItemCommand | GetItemCommand | QueryCommand): Promise<unknown> =>
        client.send(command as PutItemCommand);
      const item = (pk: string) => ({ pk: { S: pk }, sk: { S: 'quotes#i1' } });
      for (const command of [
        new PutItemCommand({ TableName: THROTTLE_TABLE, Item: item('throttle-lease#shop') }),
        new PutItemCommand({ TableName: THROTTLE_TABLE, Item: item('throttle-plan') }),
        new GetItemCommand({ TableName: THROTTLE_TABLE, Key: item('demand#shop') }),
        new GetItemCommand({ TableName: THROTTLE_TABLE, Key: item('throttle-plan') }),
        new QueryCommand({
          TableName: THROTTLE_TABLE,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': { S: 'throttle-lease#shop' } },
        }),
        new PutItemCommand({ TableName: TABLE, Item: item('quotas') }),
      ]) {
        await expect(attempt(command), JSON.stringify(command.input)).rejects.toMatchObject(DENIED);
      }
      client.destroy();
    });
  });
});

describe('SEC-01: the throttle may not do what another one does', () => {
  it('it reads nothing of the state table but quotas, thresholds and pauses, and writes none of them', async () => {
    await setUp();
    await account.as(ROLE, async () => {
      const store = stateStore(TABLE);
      await expect(store.outcomes(['shop'])).rejects.toMatchObject(DENIED);
      await expect(store.readPool('demo-cluster')).rejects.toMatchObject(DENIED);
      await expect(store.putQuotas({ kind: 'quotas', quotas, at: 1, refused: {} })).rejects.toMatchObject(
        DENIED,
      );
      const lease = { name: 'write-failover', holder: 'x', now: 1, ms: 1 };
      await expect(store.takeLease(lease)).rejects.toMatchObject(DENIED);
    });
  });

  it('it reaches no application but those whose resources it divides, and reports no demand', async () => {
    await setUp();
    await account.as(ROLE, async () => {
      const throttle = throttleStore(THROTTLE_TABLE);
      await expect(throttle.demands('search')).rejects.toMatchObject(DENIED);
      await expect(throttle.leases('search')).rejects.toMatchObject(DENIED);
      await expect(throttle.putLease(leaseItem({ application: 'search' }), null)).rejects.toMatchObject(
        DENIED,
      );
      const leases = new DynamoDbLeaseStore({ table: THROTTLE_TABLE, region: REGION });
      await expect(leases.report(demandItem())).rejects.toMatchObject(DENIED);
      leases.close();
    });
  });

  it('no other function reaches the throttle table', async () => {
    await setUp();
    for (const role of ['reconcile', 'replica-pool', 'write-failover', 'health-check-us-east-1a']) {
      const read = account.as(role, () => throttleStore(THROTTLE_TABLE).demands('shop'));
      await expect(read, role).rejects.toMatchObject(DENIED);
    }
  });
});
