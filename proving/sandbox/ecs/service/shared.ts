/** What all services of a sandbox share. */

import type {
  EventBus,
  Identity,
  InstanceRegistry,
  GuardedSecrets,
  TargetGroups,
  World,
} from '../../kernel/index.ts';
import type { LogSink } from '../../logs/index.ts';
import type { AddressBook } from '../gateway/addresses.ts';
import type { Gateway } from '../gateway/gateway.ts';
import type { Registry } from '../registry.ts';
import type { TaskCredentials } from '../task/task-credentials.ts';
import type { TaskNetwork } from '../task/task-environment.ts';

export interface Shared {
  readonly world: World;
  readonly registry: Registry;
  readonly events: EventBus;
  readonly logs: LogSink;
  readonly targetGroups: TargetGroups;
  readonly instances: InstanceRegistry;
  readonly gateway: Gateway;
  readonly addresses: AddressBook;
  readonly credentials: TaskCredentials;
  readonly identity: Identity;
  readonly secrets: GuardedSecrets;
  readonly network: TaskNetwork;
  /** Working folders of tasks are made below it. */
  readonly folder: string;
  /** Whether tasks run as the user that engines run as. */
  readonly unprivileged: boolean;
}
