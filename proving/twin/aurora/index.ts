export * from './types.ts';
export * from './timings.ts';
export * from './order.ts';
export * from './cluster.ts';
export { type Rejection, rejectFailover } from './failover.ts';
export * from './machine.ts';
export * from './endpoints.ts';
export * from './names.ts';
export * from './lag.ts';
