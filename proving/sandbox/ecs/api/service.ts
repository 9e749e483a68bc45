/** The ECS operations the kit and its operators use. */

import * as ecs from '@aws-sdk/client-ecs';
import { type AwsService, type World } from '../../kernel/index.ts';
import type { Registry } from '../registry.ts';
import { clusterOperations } from './cluster-operations.ts';
import { definitionOperations } from './definition-operations.ts';
import { serviceOperations } from './service-operations.ts';
import { taskOperations } from './task-operations.ts';

export interface EcsServiceOptions {
  readonly world: World;
  readonly registry: Registry;
}

export function createEcsService(options: EcsServiceOptions): AwsService {
  return {
    signingName: 'ecs',
    sdk: ecs,
    client: new ecs.ECSClient({ region: options.world.region }),
    operations: {
      ...clusterOperations(options),
      ...definitionOperations(options),
      ...serviceOperations(options),
      ...taskOperations(options),
    },
  };
}
