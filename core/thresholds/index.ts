export * from './all.ts';
export * from './cache.ts';
export * from './database.ts';
export * from './layer.ts';
export * from './parse.ts';
export * from './relations.ts';
export * from './throttle.ts';
export type { ThresholdSpec } from './types.ts';
export * from './validate.ts';
