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

/** Tasks of a tier in each zone, by size. */
export const TASKS_PER_ZONE: Readonly<Record<Size, number>> = { solo: 1, pair: 1, fleet: 2 };
/** Targets of one target group: a limit of the balancer. */
export const TASKS_MAX = 1000;
/** Scaling may run so many times the tasks that are there at rest. */
export const TASKS_MAX_RATIO = 3;
export const TASK_PORT_DEFAULT = 8080;
export const HEALTH_PATH_DEFAULT = '/health';
export const TASK_CPU_DEFAULT = 256;
export const REQUESTS_PER_TASK_DEFAULT = 100;

/** What Fargate sells: MiB of memory for each number of CPU units. */
export const FARGATE_MEMORY_MB: Readonly<Record<number, readonly number[]>> = {
  256: [512, 1024, 2048],
  512: steps(1024, 4096),
  1024: steps(2048, 8192),
  2048: steps(4096, 16_384),
  4096: steps(8192, 30_720),
};

function steps(from: number, to: number): readonly number[] {
  return Array.from({ length: (to - from) / 1024 + 1 }, (_, index) => from + index * 1024);
}

export const SECONDARY_DEFAULT = 'edge';
export const HEALTH_SIGNAL_DEFAULT = 'metric';
export const ENTRY_DEFAULT = 'dns';
export const REQUESTS_PER_ADDRESS_DEFAULT = 3000;
/** What `requestsPerAddress` counts within, in seconds: the shortest window of WAF. */
export const ADDRESS_WINDOW_S = 60;
export const ACCESS_LOG_DAYS_DEFAULT = 30;
