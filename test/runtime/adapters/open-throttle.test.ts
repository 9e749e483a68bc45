/** The whole: a throttle with leases from a table, in real time. */

import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  demandKey,
  throttleLeaseKey,
  type DemandItem,
  type ThrottleLeaseItem,
} from '../../../core/state/throttle-items.ts';
import { fromAttributes, toAttributes } from '../../../lambdas/shared/attribute-values.ts';
import { openThrottle } from '../../../runtime/adapters/open-throttle.ts';
import { TABLE, throttleTable, type ThrottleTable } from './throttle-table.ts';

let table: ThrottleTable;
let planner: DynamoDBClient;
beforeAll(async () => {
  table = await throttleTable();
  planner = new DynamoDBClient({ region: table.region });
});
afterAll(async () => {
  planner.destroy();
  await table.stop();
});

const BASE = { application: 'shop', resource: 'quotes', capacityPerS: 100 };

/** What the function would do: wait for the report and answer it. */
async function answerReport(instance: string): Promise<DemandItem> {
  const { pk, sk } = demandKey('shop', 'quotes', instance);
  for (let look = 0; look < 100; look += 1) {
    const { Item } = await planner.send(
      new GetItemCommand({ TableName: TABLE, Key: { pk: { S: pk }, sk: { S: sk } } }),
    );
    if (Item !== undefined) return fromAttributes(Item) as unknown as DemandItem;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('no report came');
}

async function putLease(instance: string, answers: number): Promise<void> {
  const lease: ThrottleLeaseItem = {
    kind: 'throttle-lease',
    application: 'shop',
    resource: 'quotes',
    instance,
    epoch: 1,
    at: Date.now(),
    until: Date.now() + 30_000,
    callers: { alpha: 50 },
    others: 5,
    total: 55,
    burstS: 1,
    answers,
    criticalities: {},
    othersCriticality: 'critical',
    granted: [],
  };
  const item = { ...lease, ...throttleLeaseKey('shop', 'quotes', instance) };
  await planner.send(new PutItemCommand({ TableName: TABLE, Item: toAttributes(item) as never }));
}

describe('a throttle with a table', () => {
  it('starts as a newcomer, and has its lease some seconds later', async () => {
    const opened = openThrottle({ ...BASE, table: TABLE, region: table.region, instance: 'i-1' });
    expect(opened.throttle.limitOf('alpha')).toEqual({ perSecond: 1, burst: 1 });
    const { at, held } = await answerReport('i-1');
    expect(held).toBeNull();
    await putLease('i-1', at);
    expect(await opened.ready(8000)).toBe(true);
    expect(opened.throttle.limitOf('alpha')).toEqual({ perSecond: 50, burst: 50 });
    expect(opened.throttle.limitOf('stranger')).toEqual({ perSecond: 5, burst: 5 });
    const passes = await Promise.allSettled(
      Array.from({ length: 8 }, () => opened.throttle.enter({ caller: 'stranger' })),
    );
    expect(passes.filter(({ status }) => status === 'fulfilled')).toHaveLength(6);
    expect((await opened.throttle.enter({ caller: 'alpha' })).queueMs).toBeGreaterThanOrEqual(0);
    expect(opened.describe().lease).toMatchObject({ state: 'held', epoch: 1, totalPerS: 55, refused: 0 });
    await opened.close();
  });

  it('I-29: decides at once while the table is away', async () => {
    const opened = openThrottle({ ...BASE, table: 'missing', region: table.region });
    const from = performance.now();
    await opened.throttle.run({ caller: 'alpha' }, () => Promise.resolve());
    expect(performance.now() - from).toBeLessThan(50);
    expect(await opened.ready(2500)).toBe(false);
    const { lease } = opened.describe();
    expect(lease).toMatchObject({ state: 'none', reports: 0, reads: 0 });
    expect(lease!.reportsFailed).toBeGreaterThanOrEqual(1);
    await opened.close();
  });
});

describe('a throttle without a table', () => {
  it('stands alone: by its own limits, or by the capacity', async () => {
    const limit = { perSecond: 2, burst: 0 };
    const own = openThrottle({ ...BASE, limitOf: () => limit });
    expect(own.throttle.limitOf('a')).toEqual(limit);
    expect(await own.ready(0)).toBe(true);
    expect(own.describe().lease).toBeNull();
    await own.close();
    const whole = openThrottle({ ...BASE, burstS: 2 });
    expect(whole.throttle.limitOf('a')).toEqual({ perSecond: 100, burst: 200 });
    await whole.close();
  });

  it.each([
    ['capacityPerS', { capacityPerS: 0 }],
    ['capacityPerS', { capacityPerS: -1 }],
    ['burstS', { burstS: 0 }],
    ['region', { table: 'throttle' }],
    ['reportMs', { reportMs: 5000 }],
    ['instance', { instance: 'i 1' }],
    ['application', { application: '' }],
    ['resource', { resource: '' }],
  ])('fails with a message that names %s', (field, change) => {
    expect(() => openThrottle({ ...BASE, ...change })).toThrow(
      expect.objectContaining({ code: 'invalid-input', message: expect.stringContaining(`${field} = `) }),
    );
  });
});
