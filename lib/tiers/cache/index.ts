export type { CacheShard, ICacheTier } from './base.ts';
export { CacheTier, type CacheTierAttributes, type CacheTierProps } from './cache-tier.ts';
export { CacheUsers, type CacheUsersProps } from './users.ts';
