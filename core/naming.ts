/** Names that outlive a release: stack ids, parameter paths, metric names. Changing one is a major version. */

/** The stacks of an environment, in the order in which they can be deployed. Ids inside the CDK `Stage`. */
export const STACKS = ['Network', 'State', 'Database', 'Cache', 'Edge', 'Compute', 'Control'] as const;
export type StackId = (typeof STACKS)[number];

/** The tiers whose thresholds, mode and pause are tuned on their own. */
export const TIERS = ['database', 'cache', 'service', 'web', 'edge', 'throttle'] as const;
export type Tier = (typeof TIERS)[number];

export const METRIC_NAMESPACE = 'Understudy';

/** `/understudy/<env>`; everything of one environment in Parameter Store lies below. */
export function parameterRoot(env: string): string {
  return `/understudy/${env}`;
}

/** Owned by the template: a deployment writes it, nobody else does. */
export function defaultParameterPath(env: string, tier: Tier, name: string): string {
  return `${parameterRoot(env)}/defaults/${tier}/${name}`;
}

/** Owned by the engineer on call: only `understudy tune` writes it, and a deployment never reverts it. */
export function overrideParameterPath(env: string, tier: Tier, name: string): string {
  return `${parameterRoot(env)}/overrides/${tier}/${name}`;
}

/**
 * The quotas of one resource, one JSON document. Owned by the template; not among the thresholds of a tier, whose
 * values are single numbers.
 */
export function defaultQuotasPath(env: string, resource: string): string {
  return `${parameterRoot(env)}/defaults/quotas/${resource}`;
}

/** Owned by the engineer on call: takes the place of the whole default document. */
export function overrideQuotasPath(env: string, resource: string): string {
  return `${parameterRoot(env)}/overrides/quotas/${resource}`;
}

/** The rules by which users of a service are sent to a version or strategy, one JSON document. Owned by the template. */
export function defaultStrategyPath(env: string, service: string): string {
  return `${parameterRoot(env)}/defaults/strategy/${service}`;
}

/** Owned by the engineer on call: takes the place of the whole default document. */
export function overrideStrategyPath(env: string, service: string): string {
  return `${parameterRoot(env)}/overrides/strategy/${service}`;
}

/** The versions of a service that can run side by side. */
export const SERVICE_VERSIONS = ['stable', 'canary'] as const;
export type ServiceVersion = (typeof SERVICE_VERSIONS)[number];

/** The Cloud Map service, and the ECS service, that a version of an application registers with. */
export function discoveryName(application: string, version: ServiceVersion): string {
  return version === 'stable' ? application : `${application}-${version}`;
}

/** The copies of a cache: the shards, the second copy of `double`, and the nodes that stand in for dead shards. */
export const CACHE_NAMES = ['main', 'copy', 'gutter'] as const;
export type CacheName = (typeof CACHE_NAMES)[number];

/** What ElastiCache allows of a replication group's id. Users have no documented limit; the same one holds here. */
export const CACHE_ID_LENGTH_MAX = 40;

const GROUP_WORDS: Readonly<Record<CacheName, string>> = { main: 'cache', copy: 'copy', gutter: 'gutter' };

/**
 * The replication group that is shard `index` of a copy, e.g. `demo-cache-0`. Part of its host name and of every
 * login, so it never changes.
 */
export function cacheGroupId(env: string, cache: CacheName, index: number): string {
  return `${env}-${GROUP_WORDS[cache]}-${index}`;
}

/** The node of a replication group: ElastiCache numbers them from 1, e.g. `demo-cache-0-001`. */
export function cacheNodeId(groupId: string, node: number): string {
  return `${groupId}-${String(node).padStart(3, '0')}`;
}

/** The users of the cache that are no applications. No application may have these names while there is a cache. */
export const CACHE_PROBE_USER = 'health-check';
export const CACHE_FRONT_USER = 'cache-front';

/** The user that an application or function logs in to the cache as; ElastiCache knows no underscores. */
export function cacheUser(env: string, name: string): string {
  return `${env}-${name.replaceAll('_', '-')}`;
}

/** The user group that every replication group of the environment has. */
export function cacheUserGroupId(env: string): string {
  return `${env}-cache`;
}

/** The user `default` of the group, which is off: ElastiCache wants one of that name in every group. */
export function cacheDefaultUserId(env: string): string {
  return `${env}-cache-default`;
}
