export * from './cluster-provider.ts';
export * from './endpoint-provider.ts';
export * from './groups.ts';
export * from './instance-provider.ts';
