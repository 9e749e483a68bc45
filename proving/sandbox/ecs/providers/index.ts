export * from './cluster-provider.ts';
export * from './task-definition-provider.ts';
export * from './service-provider.ts';
