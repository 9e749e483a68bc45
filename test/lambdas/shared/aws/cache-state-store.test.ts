/** The cache's items over the real SDK, against the sandbox's table: conditions are evaluated, not imitated. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CacheShardItem } from '../../../../core/state/cache-items.ts';
import { DynamoCacheStateStore } from '../../../../lambdas/shared/aws/cache-state-store.ts';
import { NOW, observation, ZONES } from '../../../core/cache/controller/facts.ts';
import { stateTableStage, type StateTableStage } from './state-table.ts';

let stage: StateTableStage;
let store: DynamoCacheStateStore;

beforeAll(async () => {
  stage = await stateTableStage();
  store = new DynamoCacheStateStore(stage.client, stage.table);
});
afterAll(() => stage.stop());

function shard(change: Partial<CacheShardItem> = {}): CacheShardItem {
  const seen = { row: { epoch: 4, state: 'closed' as const }, awaySince: NOW, reachable: null };
  const place = { memberId: 'demo-cache-0', cache: 'main' as const, shard: 0 };
  return { kind: 'cache-shard', env: 'demo', ...place, epoch: 5, at: NOW, ...seen, ...change };
}

describe("the cache's items of the state table", () => {
  it('answers the newest observation of each zone, as it was written', async () => {
    const newest = observation({ az: ZONES[0], at: NOW, failing: { 1: { since: NOW - 5000 } } });
    await store.putCacheObservation(observation({ az: ZONES[0], at: NOW - 1000 }));
    await store.putCacheObservation(newest);
    await store.putCacheObservation(observation({ az: ZONES[1], at: NOW - 500 }));
    const found = await store.latestCacheObservations(ZONES);
    expect(found.map(({ az, at }) => [az, at])).toEqual([
      [ZONES[0], NOW],
      [ZONES[1], NOW - 500],
    ]);
    expect(found[0]).toEqual(newest);
  });

  it('I-12: a shard is written under its epoch or a higher one, and by nobody with a lower one', async () => {
    expect(await store.putCacheShard(shard())).toBe(true);
    expect(await store.putCacheShard(shard({ awaySince: null }))).toBe(true);
    expect(await store.putCacheShard(shard({ epoch: 4, reachable: false }))).toBe(false);
    expect(await store.cacheShards('demo')).toEqual([shard({ awaySince: null })]);
    expect(await store.putCacheShard(shard({ epoch: 6 }))).toBe(true);
  });

  it('answers the shards of one environment', async () => {
    await store.putCacheShard(shard({ env: 'other', memberId: 'other-cache-0' }));
    await store.putCacheShard(shard({ env: 'other', memberId: 'other-gutter-0', cache: 'gutter' }));
    expect((await store.cacheShards('other')).map(({ cache }) => cache).toSorted()).toEqual([
      'gutter',
      'main',
    ]);
    expect(await store.cacheShards('nobody')).toEqual([]);
  });
});
