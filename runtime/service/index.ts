export { ServiceError, type ServiceErrorCode } from './errors.ts';
export type { GroupStatus, InstanceStatus } from './group.ts';
export { DEADLINE_HEADER, deadlineOf, RETRIED_HEADER } from './headers.ts';
export { DRAINING_HEADER } from './judge.ts';
export {
  HEDGING_DEFAULTS,
  type HedgingLimits,
  SERVICE_POOL_DEFAULTS,
  type ServicePoolLimits,
} from './limits.ts';
export {
  ServicePool,
  type ServicePoolOptions,
  type ServicePoolPorts,
  type ServicePoolStatus,
} from './pool.ts';
export type { Discovery, Instance, InstanceClient, Transport } from './ports.ts';
export type { ServiceAnswer, ServiceRequest } from './request.ts';
export { INSTANCE_STATES, type InstanceState } from './states.ts';
