export * from './async-invocation.ts';
export * from './concurrency.ts';
export * from './invoke-permission.ts';
export * from './stream-mapping.ts';
export * from './failure-texts.ts';
