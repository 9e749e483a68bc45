export * from './answer.ts';
export * from './cache.ts';
