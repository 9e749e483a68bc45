export { Cache, type CacheOptions, type CachePorts, type CacheStatus } from './cache.ts';
export { CacheError, type CacheErrorCode } from './errors.ts';
export { ReadBudget, type ReadBudgetStatus } from './budget.ts';
export { READ_BUDGET_DEFAULTS, type ReadBudgetLimits } from './budget-limits.ts';
export { Keyspace, type Pending } from './keyspace.ts';
export {
  GUTTER_TTL_MS,
  LayeredCache,
  type LayeredCacheOptions,
  type Layering,
  type LayeredStatus,
} from './layers.ts';
export { Growth, GROWTH_DEFAULTS, type GrowthLimits, type GrowthPorts } from './growth.ts';
export { CACHE_DEFAULTS, type CacheLimits } from './limits.ts';
export type { LoadContext, LoadOptions, ServedFrom } from './load-options.ts';
export type { CacheOperations, OpenedCache } from './operations.ts';
export type {
  CacheConnection,
  CacheConnector,
  EpochStore,
  Journal,
  Recorded,
  RingStore,
  ScanConnection,
  ScanConnector,
} from './ports.ts';
export type { CacheKey, CacheValue } from '../../core/cache/index.ts';
