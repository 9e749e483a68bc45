/** Cloud Map of the sandbox: HTTP namespaces, whose services are found by a call and not by DNS. */

import type { InstanceRegistry, Part, World } from '../kernel/index.ts';
import { namespaceProvider, serviceProvider } from './providers.ts';
import { Registry } from './registry.ts';
import { cloudMapService } from './service.ts';

export interface CloudMap extends Part {
  /** For what registers by itself: ECS. */
  readonly registry: InstanceRegistry;
}

export function createCloudMap(world: World): CloudMap {
  const registry = new Registry(world);
  return {
    services: [cloudMapService(world, registry)],
    providers: [namespaceProvider(registry), serviceProvider(registry)],
    registry,
  };
}
