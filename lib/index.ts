export { InvalidInput, UnderstudyError, type Advice, type Fault } from '../core/errors.ts';
export {
  validate,
  type EnvironmentProfile,
  type NormalizedProfile,
  type Size,
} from '../core/profile/index.ts';
export { type EnvironmentLock } from '../core/profile/lock.ts';
export type { CallerQuota, QuotasDocument, ResourceQuotas } from '../core/throttle/index.ts';
export * from './control-plane/index.ts';
export {
  ENVIRONMENT_TAG,
  TIER_TAG,
  UnderstudyEnvironment,
  type UnderstudyEnvironmentProps,
} from './environment.ts';
export * from './shared/index.ts';
export * from './tiers/cache/index.ts';
export * from './tiers/database/index.ts';
export * from './tiers/edge/index.ts';
export * from './tiers/service/index.ts';
export * from './tiers/web/index.ts';
