export type * from './cache.ts';
export type * from './clock.ts';
export type * from './database.ts';
export type * from './front.ts';
export type * from './platform.ts';
export type * from './state-store.ts';
export type * from './strategy-store.ts';
export type * from './throttle-store.ts';
