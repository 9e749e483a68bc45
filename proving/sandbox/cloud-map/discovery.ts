/** What `DiscoverInstances` returns: by attributes, by health, and all of them where none is healthy. */

import { AwsError } from '../kernel/index.ts';
import type { Instance, Service } from './registry.ts';

export const HEALTH_FILTERS = ['HEALTHY', 'UNHEALTHY', 'ALL', 'HEALTHY_OR_ELSE_ALL'] as const;
type HealthFilter = (typeof HEALTH_FILTERS)[number];

const RESULTS_DEFAULT = 100;
const RESULTS_MAX = 1_000;

export interface DiscoverRequest {
  readonly MaxResults?: number | undefined;
  readonly QueryParameters?: Readonly<Record<string, string>> | undefined;
  readonly OptionalParameters?: Readonly<Record<string, string>> | undefined;
  readonly HealthStatus?: string | undefined;
}

export interface DiscoveredInstance {
  readonly InstanceId: string;
  readonly NamespaceName: string;
  readonly ServiceName: string;
  readonly HealthStatus: 'HEALTHY' | 'UNHEALTHY' | 'UNKNOWN';
  readonly Attributes: Readonly<Record<string, string>>;
}

/** Throws AwsError `InvalidInput`. */
export function discover(service: Service, request: DiscoverRequest): DiscoveredInstance[] {
  const limit = request.MaxResults ?? RESULTS_DEFAULT;
  if (limit < 1 || limit > RESULTS_MAX) {
    throw new AwsError('InvalidInput', `MaxResults = ${limit}: must be from 1 to ${RESULTS_MAX}.`);
  }
  const matching = byAttributes([...service.instances.values()], request);
  const wanted = service.hasHealth ? byHealth(matching, filterOf(request.HealthStatus)) : matching;
  return wanted.slice(0, limit).map(({ id, attributes, health }) => ({
    InstanceId: id,
    NamespaceName: service.namespace.name,
    ServiceName: service.name,
    HealthStatus: service.hasHealth ? health : 'UNKNOWN',
    Attributes: attributes,
  }));
}

/** The optional attributes count only where something has them all. */
function byAttributes(instances: readonly Instance[], request: DiscoverRequest): readonly Instance[] {
  const has = (wanted: Readonly<Record<string, string>>) => (instance: Instance) =>
    Object.entries(wanted).every(([key, value]) => instance.attributes[key] === value);
  const matching = instances.filter(has(request.QueryParameters ?? {}));
  const preferred = matching.filter(has(request.OptionalParameters ?? {}));
  return preferred.length > 0 ? preferred : matching;
}

function byHealth(instances: readonly Instance[], filter: HealthFilter): readonly Instance[] {
  if (filter === 'ALL') return instances;
  const wanted = filter === 'UNHEALTHY' ? 'UNHEALTHY' : 'HEALTHY';
  const found = instances.filter(({ health }) => health === wanted);
  return filter === 'HEALTHY_OR_ELSE_ALL' && found.length === 0 ? instances : found;
}

/** Without a filter Cloud Map fails open. */
function filterOf(given: string | undefined): HealthFilter {
  const found = HEALTH_FILTERS.find((filter) => filter === (given ?? 'HEALTHY_OR_ELSE_ALL'));
  if (found) return found;
  throw new AwsError('InvalidInput', `HealthStatus = ${given}: must be one of ${HEALTH_FILTERS.join(', ')}.`);
}
