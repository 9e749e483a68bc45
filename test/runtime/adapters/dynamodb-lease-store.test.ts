/** The lease store over the real SDK, against the sandbox's table and against endpoints that do not answer. */

import net, { type AddressInfo } from 'node:net';
import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  demandKey,
  throttleLeaseKey,
  type DemandItem,
  type ThrottleLeaseItem,
} from '../../../core/state/throttle-items.ts';
import { readDemand } from '../../../core/throttle/index.ts';
import { fromAttributes, toAttributes } from '../../../lambdas/shared/attribute-values.ts';
import { DynamoDbLeaseStore } from '../../../runtime/adapters/dynamodb-lease-store.ts';
import { setEnvironment, TABLE, throttleTable, type ThrottleTable } from './throttle-table.ts';

let table: ThrottleTable;
let operator: DynamoDBClient;
let store: DynamoDbLeaseStore;
beforeAll(async () => {
  table = await throttleTable();
  operator = new DynamoDBClient({ region: table.region });
  store = new DynamoDbLeaseStore({ table: TABLE, region: table.region });
});
afterAll(async () => {
  operator.destroy();
  store.close();
  await table.stop();
});

const demand: DemandItem = {
  kind: 'demand',
  application: 'shop',
  resource: 'quotes',
  instance: 'i-1',
  at: 1_800_000_000_000,
  callers: { alpha: 12.5, 'beta@example': 0.1, ['__proto__']: 1 },
  others: 3,
  held: { epoch: 4, until: 1_800_000_010_000, total: 20.25 },
};
const lease: ThrottleLeaseItem = {
  kind: 'throttle-lease',
  application: 'shop',
  resource: 'quotes',
  instance: 'i-1',
  epoch: 5,
  at: 1_800_000_000_000,
  until: 1_800_000_030_000,
  callers: { alpha: 12.5 },
  others: 0.1,
  total: 12.6,
  burstS: 1,
  answers: 1_799_999_999_000,
  criticalities: { alpha: 'critical-plus' },
  othersCriticality: 'critical',
  granted: [{ epoch: 5, at: 1_800_000_000_000, until: 1_800_000_030_000, total: 12.6 }],
};

describe('the lease store', () => {
  it('puts a report where the function finds it, and as it reads it', async () => {
    await store.report(demand);
    const Key = demandKey('shop', 'quotes', 'i-1');
    const { Item } = await operator.send(
      new GetItemCommand({ TableName: TABLE, Key: { pk: { S: Key.pk }, sk: { S: Key.sk } } }),
    );
    const { pk: _pk, sk, expiresAt, ...item } = fromAttributes(Item);
    expect(expiresAt).toBe(1_800_003_600);
    const place = { application: 'shop', sk: sk as string, now: demand.at };
    expect(readDemand(place, item)).toEqual({ ok: true, item: demand });
  });

  it('reads a lease as the function writes it, and null before there is one', async () => {
    expect(await store.lease('shop', 'quotes', 'i-2')).toBeNull();
    const key = throttleLeaseKey('shop', 'quotes', 'i-1');
    const Item = toAttributes({ ...lease, ...key, expiresAt: 1 });
    await operator.send(new PutItemCommand({ TableName: TABLE, Item: Item as never }));
    expect(await store.lease('shop', 'quotes', 'i-1')).toEqual(lease);
  });

  it('makes one attempt, whatever is wrong', async () => {
    const missing = new DynamoDbLeaseStore({ table: 'missing', region: table.region });
    const error = await missing.lease('shop', 'quotes', 'i-1').catch((cause: unknown) => cause);
    expect(error).toMatchObject({ name: 'ResourceNotFoundException', $metadata: { attempts: 1 } });
    missing.close();
  });
});

describe('I-29: an endpoint that', () => {
  async function against(listener: (socket: net.Socket) => void): Promise<{ ms: number; calls: number }> {
    let calls = 0;
    const sockets = new Set<net.Socket>();
    const server = net.createServer((socket) => {
      calls += 1;
      sockets.add(socket);
      socket.on('error', () => {});
      listener(socket);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const restore = setEnvironment({ AWS_ENDPOINT_URL: `http://127.0.0.1:${port}` });
    const cutOff = new DynamoDbLeaseStore({ table: TABLE, region: table.region });
    const from = performance.now();
    await expect(cutOff.report(demand)).rejects.toThrow();
    const ms = performance.now() - from;
    restore();
    cutOff.close();
    for (const socket of sockets) socket.destroy();
    server.close();
    return { ms, calls };
  }

  it('never answers is given up after two seconds', async () => {
    const { ms, calls } = await against(() => {});
    expect(calls).toBe(1);
    expect(ms).toBeGreaterThan(1900);
    expect(ms).toBeLessThan(4000);
  });

  it('destroys every connection is asked once', async () => {
    const { calls } = await against((socket) => socket.destroy());
    expect(calls).toBe(1);
  });
});
