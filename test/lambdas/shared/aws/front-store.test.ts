/** The front's items over the real SDK, against the sandbox's table: conditions are evaluated, not imitated. */

import { DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NO_FRONT_MEMORY } from '../../../../core/front/index.ts';
import type { TargetObservationItem, TargetsItem } from '../../../../core/state/front-items.ts';
import { DynamoFrontStore } from '../../../../lambdas/shared/aws/front-store.ts';
import { stateTableStage, type StateTableStage } from './state-table.ts';

const NOW = Date.UTC(2026, 10, 23, 5, 0, 0);
const DAY_MS = 86_400_000;
const ZONES = ['us-east-1a', 'us-east-1b', 'us-east-1c'];

let stage: StateTableStage;
let client: DynamoDBClient;
let store: DynamoFrontStore;

beforeAll(async () => {
  stage = await stateTableStage();
  ({ client } = stage);
  store = new DynamoFrontStore(client, stage.table);
});
afterAll(() => stage.stop());

function list(change: Partial<TargetsItem> = {}): TargetsItem {
  const target = { memberId: '10.0.1.10:8080', address: '10.0.1.10', port: 8080, az: 'us-east-1a' };
  return {
    kind: 'targets',
    env: 'demo',
    epoch: 5,
    at: NOW,
    healthPath: '/health',
    targets: [{ ...target, registered: true, balancer: 'healthy', since: NOW - 1000 }],
    removals: [{ memberId: '10.0.2.10:8080', az: 'us-east-1b', at: NOW - 500 }],
    shifted: [{ zone: 'us-east-1c', shiftId: 's-1', since: NOW }],
    memory: { ...NO_FRONT_MEMORY, drift: { told: 'x', since: NOW } },
    ...change,
  };
}

function observation(change: Partial<TargetObservationItem>): TargetObservationItem {
  return {
    kind: 'target-observation',
    env: 'demo',
    az: ZONES[0]!,
    at: NOW,
    token: 3,
    sequence: 7,
    samples: [{ memberId: '10.0.1.10:8080', at: NOW, reach: 'timeout', status: null, latencyMs: null }],
    verdicts: [{ memberId: '10.0.1.10:8080', failure: 'target-unreachable', since: NOW, samples: 2 }],
    blind: false,
    changed: true,
    ...change,
  };
}

describe('the list of targets', () => {
  it('is none before the first, and answered as it was written', async () => {
    expect(await store.readTargets('nobody')).toBeNull();
    expect(await store.putTargets(list({ env: 'other' }))).toBe(true);
    expect(await store.readTargets('other')).toEqual(list({ env: 'other' }));
  });

  it('I-12: is written under its epoch or a higher one, and by nobody with a lower one', async () => {
    expect(await store.putTargets(list())).toBe(true);
    expect(await store.putTargets(list({ targets: [] }))).toBe(true);
    expect(await store.putTargets(list({ epoch: 4 }))).toBe(false);
    expect(await store.readTargets('demo')).toEqual(list({ targets: [] }));
    expect(await store.putTargets(list({ epoch: 6 }))).toBe(true);
    expect((await store.readTargets('demo'))?.epoch).toBe(6);
  });

  it('any other refusal of the table is an error, not an epoch that was overtaken', async () => {
    const elsewhere = new DynamoFrontStore(client, 'no-such-table');
    await expect(elsewhere.putTargets(list())).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    await expect(elsewhere.readTargets('demo')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });
});

describe('what the probers saw of the targets', () => {
  it('is the newest observation of each zone, as it was written; a zone without any is left out', async () => {
    await store.putTargetObservation(observation({ at: NOW - 1000 }));
    await store.putTargetObservation(observation({ blind: true }));
    await store.putTargetObservation(observation({ at: NOW - 500 }));
    await store.putTargetObservation(observation({ az: ZONES[1]!, at: NOW - 700 }));
    expect(await store.latestTargetObservations(ZONES)).toEqual([
      observation({ blind: true }),
      observation({ az: ZONES[1]!, at: NOW - 700 }),
    ]);
  });

  it('is kept for the time that the table says, and then goes by itself', async () => {
    await store.putTargetObservation(observation({ az: 'us-east-1f' }));
    const { Items = [] } = await client.send(
      new QueryCommand({
        TableName: stage.table,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': { S: 'target-observation#us-east-1f' } },
      }),
    );
    expect(Items.map(({ expiresAt }) => Number(expiresAt?.N))).toEqual([(NOW + 14 * DAY_MS) / 1000]);
  });
});
