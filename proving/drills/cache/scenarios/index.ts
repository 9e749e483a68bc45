import type { CacheScenario } from '../types.ts';
import { cacheAll } from './cache-all.ts';
import { cacheReturnStale } from './cache-return-stale.ts';
import { cacheShard, cacheTwoShards } from './cache-shard.ts';

/** Every scenario of the cache. */
export const CACHE_SCENARIOS: readonly CacheScenario[] = [
  cacheShard,
  cacheTwoShards,
  cacheAll,
  cacheReturnStale,
];
