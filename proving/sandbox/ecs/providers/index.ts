export * from './cluster-provider.ts';
export * from './scalable-target-provider.ts';
export * from './service-provider.ts';
export * from './task-definition-provider.ts';
