/** Names that outlive a release: stack ids, parameter paths, metric names. Changing one is a major version. */

/** The stacks of an environment, in the order in which they can be deployed. Ids inside the CDK `Stage`. */
export const STACKS = ['Network', 'State', 'Database', 'Cache', 'Compute', 'Edge', 'Control'] as const;
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
