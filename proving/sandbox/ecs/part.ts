/** ECS of the sandbox: tasks are real processes behind addresses of their own, kept by ECS's scheduler. */

import fs from 'node:fs';
import path from 'node:path';
import {
  type ContainerTask,
  type EventBus,
  type GuardedSecrets,
  type HttpRoutes,
  type Identity,
  type InstanceRegistry,
  type MetricSink,
  type Part,
  type TargetGroups,
  type World,
} from '../kernel/index.ts';
import type { LogSink } from '../logs/index.ts';
import type { NetworkRule } from '../network/rule.ts';
import { createEcsService } from './api/service.ts';
import { AddressBook } from './gateway/addresses.ts';
import { Gateway } from './gateway/gateway.ts';
import {
  capacityProvider,
  clusterProvider,
  scalableTargetProvider,
  serviceProvider,
  taskDefinitionProvider,
} from './providers/index.ts';
import { Registry } from './registry.ts';
import { ServiceMetrics } from './service/metrics.ts';
import type { Shared } from './service/shared.ts';
import { TaskCredentials } from './task/task-credentials.ts';
import { type TaskNetwork } from './task/task-environment.ts';
import { serveMetadata } from './task/task-metadata.ts';
import { mayRunUnprivileged } from './task/task-user.ts';

export interface EcsPorts extends TaskNetwork {
  readonly identity: Identity;
  readonly events: EventBus;
  readonly logs: LogSink;
  readonly metrics: MetricSink;
  readonly targetGroups: TargetGroups;
  readonly instances: InstanceRegistry;
  /** What tasks get as variables is read here when they start. */
  readonly secrets: GuardedSecrets;
  /** Tasks ask for their metadata and their credentials here. */
  readonly routes: HttpRoutes;
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

export function createEcs(world: World, ports: EcsPorts): Ecs {
  const registry = new Registry(world);
  const gateway = new Gateway(world);
  const credentials = new TaskCredentials(world, ports.identity, ports.routes);
  const metrics = new ServiceMetrics(world, registry, ports.metrics);
  const { targetGroups, zoneOf } = ports;
  const network: TaskNetwork = ports;
  let shared: Promise<Shared> | undefined;
  // A failure is told to whoever asked and not kept: the next deployment tries again.
  let stopped = false;
  const share = (): Promise<Shared> => {
    if (stopped) return Promise.reject(new Error('the sandbox is stopping'));
    metrics.start();
    shared ??= prepare(world, { ...ports, registry, gateway, credentials, network });
    shared.catch(() => (shared = undefined));
    return shared;
  };
  serveMetadata(ports.routes, (id) =>
    registry.tasks.find((task) => task.id === id && task.stoppedAt === null),
  );
  return {
    services: [createEcsService({ world, registry })],
    providers: [
      clusterProvider(registry),
      capacityProvider(registry),
      taskDefinitionProvider(registry),
      serviceProvider({ world, registry, targetGroups, zoneOf, shared: share }),
      scalableTargetProvider(registry),
    ],
    containerTasks: () => registry.tasks.map(({ view }) => view),
    setNetwork: (rules) => gateway.setNetwork(rules),
    taskOf: (accessKeyId) => credentials.taskOf(accessKeyId),
    async stop() {
      stopped = true;
      metrics.stop();
      await Promise.allSettled([...registry.services.values()].map((service) => service.stop()));
      await gateway.stop();
      (await shared)?.addresses.close();
    },
  };
}

/** Only a sandbox with tasks needs any of it. */
async function prepare(
  world: World,
  given: Omit<Shared, 'world' | 'addresses' | 'folder' | 'unprivileged'>,
): Promise<Shared> {
  return {
    ...given,
    world,
    addresses: await AddressBook.open(),
    folder: prepareFolder(world),
    unprivileged: mayRunUnprivileged(world),
  };
}

/** Tasks of a sandbox that ended badly left theirs. */
function prepareFolder(world: World): string {
  const folder = path.join(world.stateDir, 'ecs', 'tasks');
  fs.rmSync(folder, { recursive: true, force: true });
  fs.mkdirSync(folder, { recursive: true });
  for (const each of [path.dirname(folder), folder]) fs.chmodSync(each, 0o755);
  return folder;
}
