/** What CloudFormation needs of the other parts of the sandbox. */

import type {
  EventBus,
  FunctionInvoker,
  HttpRoutes,
  ObjectStore,
  Parameters,
  ResourceProvider,
  SecretStore,
} from '../kernel/index.ts';

export interface CloudFormationPorts {
  /** By resource type. Looked up when a deployment needs it, so parts may register after this one is made. */
  readonly providers: ReadonlyMap<string, ResourceProvider>;
  /** Templates that a caller passes by URL. */
  readonly objects: ObjectStore;
  /** SSM-typed parameters and `{{resolve:ssm:...}}`. */
  readonly parameters: Parameters;
  /** `{{resolve:secretsmanager:...}}`. */
  readonly secrets: SecretStore;
  /** Custom resources. */
  readonly invoker: FunctionInvoker;
  /** Where custom resources answer. */
  readonly routes: HttpRoutes;
  readonly events: EventBus;
  /** Availability Zones of the Region, for `Fn::GetAZs`. */
  readonly zones: readonly string[];
}
