export type { Advice } from '../core/errors.ts';
export { UnderstudyError } from '../core/errors.ts';
export { type FailureKind, type Position, ON_WRITER, parsePosition } from '../core/pools/index.ts';
export { type AuroraOptions, openAurora } from './adapters/aurora.ts';
export { AuroraTopology, type AuroraTopologyOptions } from './adapters/aurora-topology.ts';
export { elastiCacheToken, type ElastiCacheTokenOptions } from './adapters/elasticache-token.ts';
export { type OpenCache, openCache, type OpenCacheOptions } from './adapters/open-cache.ts';
export {
  type LedgerConnections,
  ledgerConnections,
  postgresLedger,
  type PostgresLedger,
} from './adapters/postgres-ledger.ts';
export { RedisConnector, type RedisConnectorOptions } from './adapters/redis-connector.ts';
export { CloudMapDiscovery, type CloudMapDiscoveryOptions } from './adapters/cloud-map-discovery.ts';
export { DynamoDbOutcomeSink } from './adapters/dynamodb-outcome-sink.ts';
export {
  callerMetricName,
  emfCallerMetrics,
  type EmfCallerMetricsOptions,
} from './adapters/emf-caller-metrics.ts';
export { iamToken, type IamTokenOptions } from './adapters/iam-token.ts';
export { DynamoDbLeaseStore, type DynamoDbLeaseStoreOptions } from './adapters/dynamodb-lease-store.ts';
export {
  openThrottle,
  type OpenThrottle,
  type OpenThrottleOptions,
  type OpenThrottleStatus,
} from './adapters/open-throttle.ts';
export {
  type OpenServicePool,
  openServicePool,
  type OpenServicePoolOptions,
} from './adapters/open-service-pool.ts';
export { type OpenStrategy, openStrategy, type OpenStrategyOptions } from './adapters/open-strategy.ts';
export { readTaskMetadata, type TaskMetadata } from './adapters/task-metadata.ts';
export { PgConnector, type PgConnectorOptions } from './adapters/pg-connector.ts';
export { systemClock, systemRandom } from './adapters/system.ts';
export {
  CACHE_DEFAULTS,
  CacheError,
  type CacheErrorCode,
  type CacheKey,
  type CacheLimits,
  type CacheOperations,
  type CacheStatus,
  type CacheValue,
  type LoadContext,
  type LoadOptions,
  type OpenedCache,
  type Pending,
  READ_BUDGET_DEFAULTS,
  type ReadBudgetLimits,
  type ServedFrom,
} from './cache/index.ts';
export type { LayeredStatus } from './cache/layers.ts';
export { formatShards, parseShards, type ShardEndpoint, shardOf } from '../core/cache/index.ts';
export { Database, type DatabaseLimits, type DatabasePorts, type DatabaseStatus } from './database.ts';
export { DatabaseFailure, PoolError, type PoolErrorCode } from './errors.ts';
export type * from './ports.ts';
export { READ_POOL_DEFAULTS, type ReadPoolLimits } from './read-limits.ts';
export type { ReadOptions, ReadPool, ReadPoolStatus } from './read-pool.ts';
export { DeadlineExceeded } from './retries/errors.ts';
export { ATTEMPT_HEADER, fetchWithRetries, type RetryingFetchInit } from './retries/fetch.ts';
export { markRetried, wasRetried } from './retries/mark.ts';
export {
  type Attempt,
  Retries,
  RETRIES_DEFAULTS,
  type RetriesLimits,
  type RetriesOptions,
  type RunOptions,
} from './retries/retries.ts';
export { judgeError, type Verdict } from './retries/verdict.ts';
export {
  DEADLINE_HEADER,
  deadlineOf,
  type Discovery,
  DRAINING_HEADER,
  HEDGING_DEFAULTS,
  type HedgingLimits,
  type Instance,
  RETRIED_HEADER,
  SERVICE_POOL_DEFAULTS,
  type ServiceAnswer,
  ServiceError,
  type ServiceErrorCode,
  ServicePool,
  type ServicePoolLimits,
  type ServicePoolOptions,
  type ServicePoolStatus,
  type ServiceRequest,
} from './service/index.ts';
export type { Session } from './session.ts';
export { withTraceComment } from './trace-comment.ts';
export type { StrategyStatus } from './strategy/index.ts';
export type { Assignment, Subject } from '../core/strategy/index.ts';
export type { ServiceVersion } from '../core/naming.ts';
export { WRITE_POOL_DEFAULTS, type WritePoolLimits } from './write-limits.ts';
export type { WriteOptions, WritePool, WritePoolStatus, Written } from './write-pool.ts';
export {
  CallerMetrics,
  type CallerMetricsOptions,
  type CallerMetricsSink,
  type CallerReport,
} from './throttle/caller-metrics.ts';
export { ANONYMOUS, type Identify } from './throttle/decide.ts';
export { Refused } from './throttle/errors.ts';
export { throttleFastify } from './throttle/fastify.ts';
export { throttleFetch, throttleHono } from './throttle/fetch.ts';
export { throttleLambda } from './throttle/lambda.ts';
export { throttleHandler, throttleMiddleware } from './throttle/middleware.ts';
export {
  type Incoming,
  type Pass,
  Throttle,
  type ThrottleDecision,
  type ThrottleOptions,
  type ThrottleStatus,
} from './throttle/throttle.ts';
export type { InstanceLeaseStatus } from './throttle/leases/instance-lease.ts';
export type { LeaseStore } from './throttle/leases/store.ts';
export type { RateLimit } from '../core/throttle/index.ts';
export type { Criticality, Refusal, RefusalReason } from '../core/shedding/index.ts';
export { spentBudgetLine, type SpentBudget } from '../core/cache/budget-metric.ts';
