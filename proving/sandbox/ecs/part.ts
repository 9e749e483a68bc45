/** ECS of the sandbox: tasks are real processes behind addresses of their own, kept by ECS's scheduler. */

import type {
  ContainerTask,
  EventBus,
  HttpRoutes,
  Identity,
  InstanceRegistry,
  Part,
  TargetGroups,
  World,
} from '../kernel/index.ts';
import type { LogSink } from '../logs/index.ts';
import type { NetworkRule } from '../network/rule.ts';
import { capacityProvider, clusterProvider, taskDefinitionProvider } from './providers/index.ts';
import { Registry } from './registry.ts';

export interface EcsPorts {
  readonly identity: Identity;
  readonly events: EventBus;
  readonly logs: LogSink;
  /** @default - a service with load balancers is refused */
  readonly targetGroups?: TargetGroups;
  /** @default - a service with service registries is refused */
  readonly instances?: InstanceRegistry;
  /** Tasks ask for their metadata and their credentials here. */
  readonly routes: HttpRoutes;
  /** The AWS endpoint, as tasks reach it. */
  readonly endpointUrl: () => string;
  /** The variables that make an unmodified client use the sandbox's resolver. */
  readonly dns: () => Readonly<Record<string, string>>;
  readonly caFile: () => string;
  /** The zone of a subnet that a template made; null for one that is unknown. */
  readonly zoneOf: (subnetId: string) => string | null;
}

export interface Ecs extends Part {
  /** Tasks that are there, and those that have ended within the last minutes. */
  containerTasks(): readonly ContainerTask[];
  /** Replaces the rules of the network between clients and tasks; resolves when they hold. */
  setNetwork(rules: readonly NetworkRule[]): Promise<void>;
  /** The id of the task that signs with this key; null for a key that belongs to nobody who lives. */
  taskOf(accessKeyId: string): string | null;
}

export function createEcs(world: World, _ports: EcsPorts): Ecs {
  const registry = new Registry(world);
  return {
    providers: [clusterProvider(registry), capacityProvider(registry), taskDefinitionProvider(registry)],
    containerTasks: () => [],
    setNetwork: async () => undefined,
    taskOf: () => null,
  };
}
