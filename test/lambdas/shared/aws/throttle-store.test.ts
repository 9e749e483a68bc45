/** The throttle store over the real SDK, against the sandbox's table: conditions are evaluated, not imitated. */

import {
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  type AttributeValue,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DynamoThrottleStore } from '../../../../lambdas/shared/aws/throttle-store.ts';
import { toAttributes } from '../../../../lambdas/shared/attribute-values.ts';
import { demandKey } from '../../../../core/state/throttle-items.ts';
import { SimThrottleStore } from '../../../../proving/sim/control/throttle-store.ts';
import { AT, demandItem, leaseItem, planItem } from '../../fakes/throttle-items.ts';
import { MemoryThrottleStore } from '../../fakes/throttle-store.ts';
import { stateTableStage, type StateTableStage } from './state-table.ts';

const TABLE = 'throttle';
let stage: StateTableStage;
let client: DynamoDBClient;
let store: DynamoThrottleStore;
let round = 0;
let application: string;

beforeAll(async () => {
  stage = await stateTableStage(TABLE);
  ({ client } = stage);
  store = new DynamoThrottleStore(client, stage.table);
});
afterAll(() => stage.stop());
beforeEach(() => {
  round += 1;
  application = `shop_${round}`;
});

const put = (item: Record<string, unknown>): Promise<unknown> =>
  client.send(
    new PutItemCommand({ TableName: TABLE, Item: toAttributes(item) as Record<string, AttributeValue> }),
  );
const report = (instance: string, change: object = {}): Promise<unknown> => {
  const item = demandItem({ application, instance });
  return put({ ...item, ...demandKey(application, 'quotes', instance), expiresAt: 1, ...change });
};

describe('the throttle store', () => {
  it('reads the reports of one application, as they were written', async () => {
    await report('i1');
    await report('i2', { callers: { ['__proto__']: 1, constructor: 2 } });
    const { items, complete } = await store.demands(application);
    expect(complete).toBe(true);
    expect(items.map(({ sk }) => sk)).toEqual(['quotes#i1', 'quotes#i2']);
    expect(items[0]!.item).toEqual(demandItem({ application, instance: 'i1' }));
    const { callers } = items[1]!.item as { callers: object };
    expect(Object.entries(callers)).toEqual([
      ['__proto__', 1],
      ['constructor', 2],
    ]);
    expect(await store.demands('another')).toEqual({ items: [], complete: true });
  });

  it('SEC-07: hands on what cannot be read as nothing, and the rest all the same', async () => {
    const key = toAttributes(demandKey(application, 'quotes', 'odd')) as Record<string, AttributeValue>;
    const Item = { ...key, kind: { S: 'demand' }, callers: { B: new Uint8Array([1, 2, 3]) } };
    await client.send(new PutItemCommand({ TableName: TABLE, Item }));
    await report('i1');
    const { items } = await store.demands(application);
    expect(items.find(({ sk }) => sk === 'quotes#odd')!.item).toBe(null);
    expect(items.find(({ sk }) => sk === 'quotes#i1')!.item).not.toBe(null);
  });

  it('SEC-16: reads a bounded part of a partition, and says that it is not all', async () => {
    const filler = 'x'.repeat(390_000);
    for (let n = 0; n < 30; n += 1) await report(`i${n}`, { filler });
    const { items, complete } = await store.demands(application);
    expect(complete).toBe(false);
    expect(items.length).toBeGreaterThan(8);
    expect(items.length).toBeLessThan(30);
  });

  it('keeps leases by application, resource and instance, with a time to live after their end', async () => {
    const items = ['i1', 'i2'].map((instance) => leaseItem({ application, instance }));
    for (const item of items) expect(await store.putLease(item, null)).toBe(true);
    await store.putLease(leaseItem({ application: `${application}_b`, instance: 'i3' }), null);
    expect(await store.leases(application)).toEqual(items);
    const Key = { pk: { S: `throttle-lease#${application}` }, sk: { S: 'quotes#i1' } };
    const { Item } = await client.send(new GetItemCommand({ TableName: TABLE, Key }));
    const expiresAtMs = Number(Item!['expiresAt']!.N) * 1000;
    expect(expiresAtMs).toBeGreaterThan(items[0]!.until + 600_000);
  });
});

/** The same for the tables in memory that the tests of the function and the simulator run on. */
describe.each([
  ['the throttle store', () => store],
  ['its double', () => new MemoryThrottleStore()],
  ['that of the simulator', () => new SimThrottleStore(() => AT)],
])('%s', (_, make) => {
  const lease = (epoch: number, change = {}) => leaseItem({ application, epoch, ...change });

  it('I-12: puts a lease in the place of the one that was read, and of no other', async () => {
    const table = make();
    expect(await table.putLease(lease(5), null)).toBe(true);
    expect(await table.putLease(lease(6), null)).toBe(false);
    expect(await table.putLease(lease(6), 4)).toBe(false);
    expect(await table.putLease(lease(6, { total: 20 }), 5)).toBe(true);
    expect(await table.putLease(lease(5), null)).toBe(false);
    expect((await table.leases(application)).map(({ epoch, total }) => [epoch, total])).toEqual([[6, 20]]);
  });

  it('I-11: a put whose answer was lost may be made again', async () => {
    const table = make();
    expect(await table.putLease(lease(5), null)).toBe(true);
    expect(await table.putLease(lease(5), null)).toBe(true);
    expect(await table.putLease(lease(6), 5)).toBe(true);
    expect(await table.putLease(lease(6), 5)).toBe(true);
  });

  it('puts a lease where the one that was read has expired meanwhile', async () => {
    expect(await make().putLease(lease(6, { instance: 'gone' }), 5)).toBe(true);
  });

  it('I-07: refuses a plan under a lower epoch, and takes the same one again', async () => {
    const table = make();
    const plan = (epoch: number, wantedPerS = 1) =>
      planItem({ application, resource: `r-${round}`, epoch, wantedPerS });
    expect(await table.readPlan(`r-${round}`)).toBe(null);
    expect(await table.putPlan(plan(2))).toBe(true);
    expect(await table.putPlan(plan(2, 3))).toBe(true);
    expect(await table.putPlan(plan(1))).toBe(false);
    expect(await table.readPlan(`r-${round}`)).toEqual(plan(2, 3));
  });
});
