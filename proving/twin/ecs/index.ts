export * from './types.ts';
export * from './timings.ts';
export * from './limits.ts';
export * from './machine.ts';
export * from './due.ts';
export { isHealthy, isLive, taskOf } from './tasks.ts';
