export * from './lambda.ts';
export type { FunctionStats } from './registry.ts';
