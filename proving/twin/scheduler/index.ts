export * from './rate.ts';
export * from './timing.ts';
