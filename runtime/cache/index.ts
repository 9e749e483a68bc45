export { Cache, type CacheOptions, type CachePorts, type CacheStatus } from './cache.ts';
export { CacheError, type CacheErrorCode } from './errors.ts';
export { Keyspace, type LoadOptions, type Pending } from './keyspace.ts';
export { CACHE_DEFAULTS, type CacheLimits } from './limits.ts';
export type { CacheConnection, CacheConnector, EpochStore, Journal, Recorded } from './ports.ts';
export type { CacheKey, CacheValue } from '../../core/cache/index.ts';
