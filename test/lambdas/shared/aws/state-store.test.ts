/** The state store over the real SDK, against the sandbox's table: conditions are evaluated, not imitated. */

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { PoolItem } from '../../../../core/state/items.ts';
import { DynamoStateStore } from '../../../../lambdas/shared/aws/state-store.ts';
import { ledgerItem, NOW, observation, ZONES } from '../../../core/database/fixtures.ts';
import { stateTableStage, type StateTableStage } from './state-table.ts';

let stage: StateTableStage;
let client: DynamoDBClient;
let store: DynamoStateStore;
let round = 0;

beforeAll(async () => {
  stage = await stateTableStage();
  ({ client } = stage);
  store = new DynamoStateStore(client, stage.table);
});
afterAll(() => stage.stop());
beforeEach(() => {
  round += 1;
});

const pool = (epoch: number, change: Partial<PoolItem> = {}): PoolItem => ({
  kind: 'pool',
  clusterId: `cluster-${round}`,
  epoch,
  at: NOW,
  failOpen: false,
  members: { r1: { state: 'in', since: NOW } },
  endpointEditedAt: null,
  excluded: [],
  removals: [{ memberId: 'r1', az: 'a', at: NOW }],
  ...change,
});

describe('the state store', () => {
  it('I-12: gives a lease to one holder at a time, with a token that only grows', async () => {
    const request = { name: `lease-${round}`, now: NOW, ms: 60_000 };
    const first = await store.acquireLease({ ...request, holder: 'one' });
    expect(first).toEqual({ name: request.name, holder: 'one', token: 1, until: NOW + 60_000 });
    expect(await store.acquireLease({ ...request, holder: 'two', now: NOW + 60_000 })).toBe(null);
    const second = await store.acquireLease({ ...request, holder: 'two', now: NOW + 60_001 });
    expect(second?.token).toBe(2);
    expect(await store.releaseLease(first!, NOW)).toBe(false);
    expect(await store.renewLease(first!, { now: NOW, ms: 1 })).toBe(null);
    expect(await store.releaseLease(second!, NOW + 61_000)).toBe(true);
    const third = await store.acquireLease({ ...request, holder: 'three', now: NOW + 61_000 });
    expect(third?.token).toBe(3);
    expect(await store.readLease(request.name)).toEqual(third);
  });

  it('I-12: of ten that ask at once, one gets the lease', async () => {
    const asked = Array.from({ length: 10 }, (_, i) =>
      store.acquireLease({ name: `race-${round}`, holder: `h${i}`, now: NOW, ms: 60_000 }),
    );
    const given = (await Promise.all(asked)).filter((lease) => lease !== null);
    expect(given).toHaveLength(1);
  });

  it('a prober takes the lease whoever holds it', async () => {
    const request = { name: `prober-${round}`, now: NOW, ms: 75_000 };
    await store.takeLease({ ...request, holder: 'one' });
    expect((await store.takeLease({ ...request, holder: 'two' })).token).toBe(2);
  });

  it('I-07: refuses a pool under a lower epoch, and takes the same one again', async () => {
    expect(await store.readPool(`cluster-${round}`)).toBe(null);
    expect(await store.putPool(pool(2))).toBe(true);
    expect(await store.putPool(pool(2, { failOpen: true }))).toBe(true);
    expect(await store.putPool(pool(1))).toBe(false);
    expect(await store.readPool(`cluster-${round}`)).toEqual(pool(2, { failOpen: true }));
  });

  it('keeps a ledger: appended once, updated under no lower epoch, newest first', async () => {
    const item = (epoch: number, startedAt: number) =>
      ledgerItem({ clusterId: `cluster-${round}`, id: `failover-${startedAt}`, epoch, startedAt });
    expect(await store.updateLedger(item(1, NOW))).toBe(false);
    expect(await store.appendLedger(item(2, NOW))).toBe(true);
    expect(await store.appendLedger(item(2, NOW))).toBe(false);
    expect(await store.updateLedger(item(1, NOW))).toBe(false);
    expect(await store.updateLedger({ ...item(3, NOW), after: 'c' })).toBe(true);
    await store.appendLedger(item(3, NOW + 1));
    const recent = await store.recentLedger(`cluster-${round}`, 5);
    expect(recent.map(({ startedAt, after }) => [startedAt, after])).toEqual([
      [NOW + 1, 'b'],
      [NOW, 'c'],
    ]);
    expect(recent[0]).toEqual(item(3, NOW + 1));
  });

  it('gives the newest observation of each zone, as it was written', async () => {
    const items = [NOW, NOW + 1000].map((at) =>
      observation({ az: ZONES[0], members: ['a', 'b'], change: { at } }),
    );
    for (const item of items) await store.putObservation(item);
    expect(await store.latestObservations([ZONES[0], ZONES[1]])).toEqual([items[1]]);
  });

  it('reads back thresholds and answers null for what is not there', async () => {
    const item = { kind: 'thresholds' as const, tier: 'database', values: { x: 0.5 }, at: NOW, refused: {} };
    expect(await store.readThresholds('database')).toBe(null);
    await store.putThresholds(item);
    expect(await store.readThresholds('database')).toEqual(item);
    expect(await store.readControl('database')).toBe(null);
    expect(await store.outcomes(['shop'])).toEqual([]);
    await store.putWake({ kind: 'wake', controller: 'replica-pool', at: NOW, by: 'x', why: 'y' });
  });
});
