export * from './types.ts';
export * from './timings.ts';
export * from './group.ts';
export { type Rejection, rejectPrimary, rejectReboot, rejectTestFailover } from './rejections.ts';
export * from './machine.ts';
export * from './names.ts';
