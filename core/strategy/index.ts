export * from './assign.ts';
export * from './read.ts';
export * from './types.ts';
