/** The cache tier's items of the state table, over DynamoDB. */

import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { CacheStateStore } from '../../../core/ports/index.ts';
import {
  cacheObservationKey,
  cacheObservationPartition,
  cacheShardKey,
  cacheShardPartition,
  type CacheObservationItem,
  type CacheShardItem,
} from '../../../core/state/cache-items.ts';
import { OBSERVATION_KEPT_DAYS } from '../../../core/state/keys.ts';
import { ItemTable } from './item-table.ts';

const DAY_MS = 86_400_000;
/** Shards of all copies of one environment that are read at most. */
const SHARDS_MAX = 200;

export class DynamoCacheStateStore implements CacheStateStore {
  readonly #items: ItemTable;

  constructor(client: DynamoDBClient, table: string) {
    this.#items = new ItemTable(client, table);
  }

  async latestCacheObservations(zones: readonly string[]): Promise<readonly CacheObservationItem[]> {
    const found = await Promise.all(
      zones.map((zone) => this.#items.newest<CacheObservationItem>(cacheObservationPartition(zone), 1)),
    );
    return found.flat();
  }

  async putCacheObservation(item: CacheObservationItem): Promise<void> {
    const expiresAt = item.at + OBSERVATION_KEPT_DAYS * DAY_MS;
    await this.#items.put(cacheObservationKey(item.az, item.at), item, expiresAt);
  }

  cacheShards(env: string): Promise<readonly CacheShardItem[]> {
    return this.#items.newest<CacheShardItem>(cacheShardPartition(env), SHARDS_MAX);
  }

  putCacheShard(item: CacheShardItem): Promise<boolean> {
    return this.#items.putUnderEpoch(cacheShardKey(item.env, item.memberId), item);
  }
}
