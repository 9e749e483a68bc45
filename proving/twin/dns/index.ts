export * from './answer.ts';
export * from './cache.ts';
export * from './record-set.ts';
