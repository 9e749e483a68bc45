/** Everything ECS knows in this sandbox: clusters by name, task definitions by family. */

import { AwsError, type World } from '../kernel/index.ts';
import type { Cluster, TaskDefinition } from './definitions.ts';
import type { RunningService } from './service/running-service.ts';
import type { TaskRecord } from './service/task-record.ts';

export class Registry {
  readonly clusters = new Map<string, Cluster>();
  /** Revisions of a family, the oldest first; one that is not active keeps its number. */
  readonly families = new Map<string, TaskDefinition[]>();
  /** By ARN. */
  readonly services = new Map<string, RunningService>();
  private readonly world: World;

  constructor(world: World) {
    this.world = world;
  }

  arn(rest: string): string {
    const { partition, region, accountId } = this.world;
    return `arn:${partition}:ecs:${region}:${accountId}:${rest}`;
  }

  /** @param given a name or an ARN; the default cluster without */
  cluster(given: string | undefined): Cluster {
    const cluster = this.clusters.get(lastPart(given ?? 'default'));
    if (cluster) return cluster;
    throw new AwsError('ClusterNotFoundException', 'Cluster not found.');
  }

  servicesOf(cluster: string): readonly RunningService[] {
    return [...this.services.values()].filter(({ settings }) => settings.cluster.name === cluster);
  }

  /** @param given a name or an ARN */
  service(cluster: string | undefined, given: string): RunningService {
    const found = this.findService(cluster, given);
    if (found) return found;
    throw new AwsError('ServiceNotFoundException', 'Service not found.');
  }

  findService(cluster: string | undefined, given: string): RunningService | undefined {
    const { name } = this.cluster(cluster);
    return this.servicesOf(name).find(({ settings }) => settings.name === lastPart(given));
  }

  /** Every task, those that ended within the last hour included. */
  get tasks(): readonly TaskRecord[] {
    return [...this.services.values()].flatMap((service) => service.tasks);
  }

  /** Registers the next revision of a family. */
  register(wanted: Omit<TaskDefinition, 'revision' | 'arn' | 'active' | 'registeredAt'>): TaskDefinition {
    const revisions = this.families.get(wanted.family) ?? [];
    const revision = (revisions.at(-1)?.revision ?? 0) + 1;
    const arn = this.arn(`task-definition/${wanted.family}:${revision}`);
    const definition = { ...wanted, revision, arn, active: true, registeredAt: this.world.now() };
    this.families.set(wanted.family, [...revisions, definition]);
    return definition;
  }

  /** @param given an ARN, `family:revision`, or a family for its latest active revision */
  definition(given: string): TaskDefinition {
    const found = this.find(given);
    if (found) return found;
    throw new AwsError('ClientException', `Unable to describe task definition ${given}.`);
  }

  find(given: string): TaskDefinition | undefined {
    const [family = '', revision] = lastPart(given).split(':');
    const revisions = this.families.get(family) ?? [];
    return revision === undefined
      ? revisions.findLast(({ active }) => active)
      : revisions.find((each) => String(each.revision) === revision);
  }
}

/** The name at the end of an ARN; a name is its own. */
export function lastPart(given: string): string {
  return given.split('/').at(-1) ?? given;
}
