export {
  BREAKER_DEFAULTS,
  type BreakerLimits,
  type BreakerState,
  failed,
  isClosed,
  isProbeDue,
  newBreaker,
  probe,
  succeeded,
} from './breaker.ts';
export {
  begun,
  type BudgetBounds,
  type BudgetDecision,
  type BudgetUse,
  ended,
  loadRate,
  mayBegin,
  RETRY_MS_MAX,
  RETRY_MS_MIN,
  retryAfterMs,
  roomToWait,
  takenBack,
  type Throughput,
  UNUSED,
} from './budget.ts';
export {
  HitRates,
  type Reads,
  type Warmth,
  WARMTH_DEFAULTS,
  type WarmthLimits,
  warmthOf,
} from './hit-rates.ts';
export {
  ALWAYS_FRESH,
  bodyOf,
  type EntryLetter,
  MARK_BYTES,
  markOf,
  type ReadEntry,
  readEntry,
  STAMP_LENGTH,
  stampsOf,
  valueEntry,
} from './entry-bytes.ts';
export {
  type CacheKey,
  composeKey,
  KEY_BYTES_MAX,
  keyFaults,
  keyName,
  keyOfName,
  TENANT_LENGTH_MAX,
  tenantFaults,
} from './key.ts';
export { INVALIDATION_ORDER, type Layer } from './layering.ts';
export { shardCountFaults, SHARDS_MAX, shardOf, SLOTS, slotOf } from './shard.ts';
export { formatShards, parseShards, type ShardEndpoint } from './shards-text.ts';
export {
  type CacheValue,
  deserialize,
  type JsonValue,
  serialize,
  TTL_MS_MAX,
  ttlFaults,
  VALUE_BYTES_MAX,
} from './value.ts';
