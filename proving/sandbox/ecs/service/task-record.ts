/** One task as ECS tells of it, from its start until some time after its end. */

import type { ContainerHealth, StopReason, Task } from '../../../twin/ecs/index.ts';
import type { ContainerTask } from '../../kernel/index.ts';
import type { TaskDefinition } from '../definitions.ts';
import type { TaskAddresses } from '../gateway/addresses.ts';
import type { HealthChecks } from '../task/health-checks.ts';
import type { TaskProcess } from '../task/task-process.ts';
import type { Attachment, Subnet } from './service-settings.ts';

/** LastStatus of the API, by phase. */
const STATUS = {
  provisioning: 'PROVISIONING',
  pending: 'PENDING',
  running: 'RUNNING',
  deregistering: 'DEACTIVATING',
  stopping: 'STOPPING',
} as const;

export interface TaskOrigin {
  readonly arn: string;
  readonly cluster: string;
  readonly clusterArn: string;
  readonly service: string;
  readonly definition: TaskDefinition;
  readonly attachment: Attachment;
  readonly subnet: Subnet;
  readonly addresses: TaskAddresses;
  /** Epoch ms. */
  readonly createdAt: number;
}

const VERSION_VARIABLE = 'UNDERSTUDY_VERSION';

export class TaskRecord {
  readonly origin: TaskOrigin;
  process: TaskProcess | null = null;
  checks: HealthChecks | null = null;
  exitCode: number | null = null;
  /** Epoch ms; null while it is there. */
  stoppedAt: number | null = null;
  /** Counts the changes that were told. */
  version = 0;
  private current: Task;

  constructor(origin: TaskOrigin, task: Task) {
    this.origin = origin;
    this.current = task;
  }

  get id(): string {
    return this.current.id;
  }

  get definition(): TaskDefinition {
    return this.origin.definition;
  }

  get clusterArn(): string {
    return this.origin.clusterArn;
  }

  get createdAt(): number {
    return this.origin.createdAt;
  }

  get task(): Task {
    return this.current;
  }

  set task(task: Task) {
    this.current = task;
  }

  get container(): ContainerHealth {
    return this.current.container;
  }

  get stop(): StopReason | null {
    return this.current.stop;
  }

  get lastStatus(): string {
    return this.stoppedAt === null ? STATUS[this.current.phase] : 'STOPPED';
  }

  get desiredStatus(): 'RUNNING' | 'STOPPED' {
    return this.stoppedAt === null && this.stop === null ? 'RUNNING' : 'STOPPED';
  }

  /** The port that it serves: the first one of its container. */
  get port(): number {
    return this.definition.container.ports[0] ?? 0;
  }

  get view(): ContainerTask {
    const { arn, cluster, service, addresses, definition } = this.origin;
    return {
      id: this.id,
      arn,
      cluster,
      service,
      az: this.current.az,
      address: addresses.address,
      port: this.port,
      pid: this.process?.pid ?? null,
      status: this.viewStatus,
      startedAt: this.current.runningAt,
      version: definition.container.environment[VERSION_VARIABLE] ?? null,
      taskDefinition: definition.arn,
    };
  }

  private get viewStatus(): ContainerTask['status'] {
    if (this.stoppedAt !== null) return 'STOPPED';
    const { phase } = this.current;
    return phase === 'deregistering' || phase === 'stopping' ? 'DEPROVISIONING' : STATUS[phase];
  }
}
