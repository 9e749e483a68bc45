export * from './program.ts';
export type * from './types.ts';
