export { Cache, type CacheOptions, type CachePorts, type CacheStatus } from './cache.ts';
export { CacheError, type CacheErrorCode } from './errors.ts';
export { READ_BUDGET_DEFAULTS, type ReadBudgetLimits } from './budget-limits.ts';
export { Keyspace, type Pending } from './keyspace.ts';
export { CACHE_DEFAULTS, type CacheLimits } from './limits.ts';
export type { LoadContext, LoadOptions, ServedFrom } from './load-options.ts';
export type { CacheOperations, OpenedCache } from './operations.ts';
export type { CacheConnection, CacheConnector, EpochStore, Journal, Recorded, RingStore } from './ports.ts';
export type { CacheKey, CacheValue } from '../../core/cache/index.ts';
