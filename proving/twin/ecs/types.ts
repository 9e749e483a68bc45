/** A service as ECS's scheduler keeps it, and what goes in and out of the state machine. Times are epoch ms. */

/** What a revision of the task definition means to the scheduler. */
export interface Revision {
  /** ARN of the task definition. */
  readonly arn: string;
  /** The essential container has a health check of its own. */
  readonly hasHealthCheck: boolean;
  /** From SIGTERM to SIGKILL. */
  readonly stopTimeoutMs: number;
}

export interface ServiceConfig {
  readonly desiredCount: number;
  readonly minimumHealthyPercent: number;
  readonly maximumPercent: number;
  readonly circuitBreaker: { readonly enable: boolean; readonly rollback: boolean };
  /** For so long after a task runs, failing health checks are ignored. */
  readonly graceMs: number;
  /** Registered with the target groups of balancers. */
  readonly hasTargets: boolean;
  /** Zones of its subnets. */
  readonly zones: readonly string[];
}

export type RolloutState = 'IN_PROGRESS' | 'COMPLETED' | 'FAILED';

export interface Deployment {
  readonly id: string;
  readonly revision: Revision;
  /** One is PRIMARY: the latest, or the one that is rolled back to. */
  readonly status: 'PRIMARY' | 'ACTIVE';
  readonly rollout: RolloutState;
  readonly reason: string;
  /** How many tasks it is to have now: an older deployment loses them one by one. */
  readonly desired: number;
  /** Failed tasks, in a row: a task that gets healthy sets it to 0. */
  readonly failures: number;
  readonly isRollback: boolean;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** What the health check of the container says; `none` where it has none. */
export type ContainerHealth = 'none' | 'unknown' | 'healthy' | 'unhealthy';

/** What the target groups say of a task; `absent` where somebody else took it out of one. */
export type TargetHealth = 'none' | 'initial' | 'healthy' | 'unhealthy' | 'absent';

export type Phase =
  /** Its network interface is attached and its image pulled, until `dueAt`. */
  | 'provisioning'
  /** Its process was told to start. */
  | 'pending'
  | 'running'
  /** It takes no new requests; those that are under way end. */
  | 'deregistering'
  /** It got SIGTERM, and gets SIGKILL at `dueAt`. */
  | 'stopping';

export interface StopReason {
  /** StopCode of the API. */
  readonly code:
    'TaskFailedToStart' | 'EssentialContainerExited' | 'UserInitiated' | 'ServiceSchedulerInitiated';
  readonly text: string;
}

export interface Task {
  readonly id: string;
  readonly deployment: string;
  readonly revision: Revision;
  readonly az: string;
  readonly phase: Phase;
  /** When the phase ends by itself; null where it does not. */
  readonly dueAt: number | null;
  readonly runningAt: number | null;
  readonly container: ContainerHealth;
  readonly targets: TargetHealth;
  readonly wasHealthy: boolean;
  /** It failed its checks and is to be replaced. */
  readonly isFailing: boolean;
  /** Its process has ended, and ECS has not noticed before `noticedAt`. */
  readonly ended: { readonly noticedAt: number } | null;
  readonly stop: StopReason | null;
}

export interface ServiceState {
  readonly name: string;
  readonly config: ServiceConfig;
  /** The newest first. */
  readonly deployments: readonly Deployment[];
  /** Tasks that have not stopped. */
  readonly tasks: readonly Task[];
  /** The last revision whose deployment was completed. */
  readonly lastCompleted: { readonly deployment: string; readonly revision: Revision } | null;
  readonly isSteady: boolean;
  /** Tasks in a row that did not start, and until when none is started for it. */
  readonly throttle: { readonly failures: number; readonly until: number };
  readonly status: 'ACTIVE' | 'DRAINING' | 'INACTIVE';
}

export type Input =
  | { readonly kind: 'tick' }
  /** CreateService, UpdateService. Without a change of revision it is a deployment only when forced. */
  | {
      readonly kind: 'updated';
      readonly config: ServiceConfig;
      readonly revision: Revision;
      readonly force: boolean;
    }
  | { readonly kind: 'deleted' }
  | { readonly kind: 'started'; readonly task: string }
  | { readonly kind: 'start-failed'; readonly task: string; readonly why: string }
  /** The process is gone, whoever ended it. One that hangs sends nothing. */
  | { readonly kind: 'exited'; readonly task: string }
  | {
      readonly kind: 'checked';
      readonly task: string;
      readonly container?: ContainerHealth;
      readonly targets?: TargetHealth;
    }
  /** No request is under way any more, or the deregistration delay is over. */
  | { readonly kind: 'drained'; readonly task: string }
  | { readonly kind: 'stop-requested'; readonly task: string; readonly reason: string };

export type DeploymentEvent =
  'SERVICE_DEPLOYMENT_IN_PROGRESS' | 'SERVICE_DEPLOYMENT_COMPLETED' | 'SERVICE_DEPLOYMENT_FAILED';

export type Effect =
  | { readonly kind: 'start'; readonly task: Task }
  /** Out of the target groups and registries; `drained` answers it. */
  | { readonly kind: 'deregister'; readonly task: string }
  | { readonly kind: 'terminate'; readonly task: string }
  | { readonly kind: 'kill'; readonly task: string }
  /** The task is in another phase. */
  | { readonly kind: 'changed'; readonly task: Task }
  /** The task is gone: not in the state any more. */
  | { readonly kind: 'stopped'; readonly task: Task }
  /** A line of the service's events. */
  | { readonly kind: 'message'; readonly text: string }
  | { readonly kind: 'deployment'; readonly event: DeploymentEvent; readonly deployment: Deployment }
  | {
      readonly kind: 'action';
      readonly event: 'SERVICE_STEADY_STATE' | 'SERVICE_TASK_START_IMPAIRED';
      readonly severity: 'INFO' | 'WARN';
    };

export interface Context {
  /** Epoch ms. */
  readonly now: number;
  readonly timings: import('./timings.ts').Timings;
  /** Names of new tasks and deployments, each once. */
  newTaskId(): string;
  newDeploymentId(): string;
}
