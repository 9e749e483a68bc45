/** The defaults of a profile. Each exists here and nowhere else. */

import type { CacheRedundancy, Size } from './types.ts';

export const SIZE_DEFAULT: Size = 'pair';
export const SIZES: readonly Size[] = ['solo', 'pair', 'fleet'];
export const DATABASE_NAME_DEFAULT = 'app';
export const BACKUP_DAYS_DEFAULT = 7;
export const DELETION_PROTECTION_DEFAULT = true;
export const DATABASE_PORT_DEFAULT = 5432;

/** Readers beside the writer, by size. */
export const READERS_DEFAULT: Readonly<Record<Size, number>> = { solo: 2, pair: 2, fleet: 3 };

/** I-35: three zones, and three database hosts, so that one loss leaves two. */
export const ZONES_MIN = 3;
export const ZONES_MAX = 6;
export const READERS_MIN = 2;
/** Aurora's own limit of replicas in a cluster. */
export const READERS_MAX = 15;

export const CACHE_PORT = 6379;
export const CACHE_SHARDS_MIN = 1;
export const CACHE_SHARDS_MAX = 64;
export const CACHE_REDUNDANCY_DEFAULT: CacheRedundancy = 'masked';
/** Nodes of the gutter: it holds little, and for seconds. */
export const GUTTER_NODES = 1;

/** The node of a shard, by size. */
export const CACHE_NODE_TYPES: Readonly<Record<Size, string>> = {
  solo: 'cache.t4g.micro',
  pair: 'cache.m7g.large',
  fleet: 'cache.r7g.large',
};

/** The node of the gutter, by size. */
export const GUTTER_NODE_TYPES: Readonly<Record<Size, string>> = {
  solo: 'cache.t4g.micro',
  pair: 'cache.t4g.small',
  fleet: 'cache.t4g.medium',
};

/** A gutter stands in for a shard that has nothing else that does: no replica, no second copy. */
export function hasGutterByDefault(size: Size, redundancy: CacheRedundancy): boolean {
  return size !== 'solo' && redundancy === 'masked';
}
