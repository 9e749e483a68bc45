export {
  addressLimit,
  addressLimitFaults,
  LIMIT_MAX,
  LIMIT_MIN,
  mostOfOneCaller,
  WINDOWS_S,
  type AddressRate,
} from './address-limit.ts';
export {
  CallerTable,
  CALLERS_MAX_DEFAULT,
  type CallerTableCounts,
  type CallerTableOptions,
} from './caller-table.ts';
export { admitNs, gcraOf, NEVER_SEEN, remaining, waitNs, type Gcra } from './gcra.ts';
export { BURST_MAX, PER_SECOND_MAX, rateFaults, type RateLimit } from './rate.ts';
export { divide, divisionFaults, jainIndex, type Claim } from './divide.ts';
export {
  NEWCOMER_RATIO,
  planLeases,
  SAFE_RATIO,
  type Lease,
  type LeaseFacts,
  type LeaseHolder,
  type LeasePlan,
  type Quota,
} from './leases.ts';
export { OTHERS_RATIO } from './instance-shares.ts';
export {
  BURST_S_DEFAULT,
  CALLER_QUOTA_DEFAULT,
  NAMED_CALLERS_MAX,
  parseQuotas,
  quotaOf,
  readQuotas,
  type QuotasPlace,
  type ReadQuotas,
} from './quotas.ts';
export type { CallerQuota, QuotasDocument, ResourceQuotas } from './quotas-types.ts';
export {
  CALLER_LENGTH_MAX,
  CLOCK_AHEAD_MS_MAX,
  INSTANCE_NAME,
  readDemand,
  type DemandPlace,
  type ReadDemand,
} from './demand.ts';
export { GRANTED_MAX, holdersOf, leaseItemOf, type LeaseItemParts } from './lease-items.ts';
export { leaseTerms } from './lease-terms.ts';
