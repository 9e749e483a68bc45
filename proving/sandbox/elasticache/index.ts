export { findRedisServer, type RedisServer } from './binaries.ts';
export * from './part.ts';
