export { nodeOf } from './application.ts';
export type { CacheDefect } from './defect.ts';
export { WAYS, type Direction, type Way } from './shard-network.ts';
export { RETURNS, type Returns } from './shards.ts';
export { drawCacheSite, type CacheSite } from './site.ts';
export { CacheTier } from './tier.ts';
export type { CacheEvent, CacheProcessView, CacheView, ShardView } from './view.ts';
