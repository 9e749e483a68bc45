export * from './answer.ts';
export * from './cache.ts';
export * from './health-check.ts';
export * from './hosted-answer.ts';
export * from './record-set.ts';
export * from './rotation.ts';
export * from './routing.ts';
