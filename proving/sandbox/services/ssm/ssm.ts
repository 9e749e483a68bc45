/** Parameter Store. Every change is told to the event bus, as on AWS. */

import * as SSM from '@aws-sdk/client-ssm';
import type { EventBus, Parameters, Part, World } from '../../kernel/index.ts';
import { createParameterProvider } from './provider.ts';
import { readOperations } from './read-operations.ts';
import { ParameterStore } from './store.ts';
import { writeOperations } from './write-operations.ts';

export type SsmPart = Part & Parameters;

export function createSsm(world: World, deps: { bus: EventBus }): SsmPart {
  const store = new ParameterStore(world, deps.bus);
  const credentials = { accessKeyId: '-', secretAccessKey: '-' };
  return {
    services: [
      {
        signingName: 'ssm',
        sdk: SSM,
        client: new SSM.SSMClient({ region: world.region, credentials }),
        operations: { ...readOperations(world, store), ...writeOperations(world, store) },
      },
    ],
    providers: [createParameterProvider(store)],
    get: (name) => store.latest(name)?.value,
  };
}
