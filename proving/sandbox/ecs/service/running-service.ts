/** Runs one service: feeds the scheduler with what happens to its tasks, and does what it says. */

import { randomBytes, randomInt } from 'node:crypto';
import {
  AWS_TIMINGS,
  type Effect,
  type Input,
  newService,
  nextDueAt,
  type Revision,
  scaleTimings,
  type ServiceState,
  type Task,
  type Timings,
  transition,
} from '../../../twin/ecs/index.ts';
import { until } from '../../aurora/poll.ts';
import type { TaskDefinition } from '../definitions.ts';
import { HealthChecks } from '../task/health-checks.ts';
import { tellAction, tellDeployment, tellTask } from './events.ts';
import { History } from './history.ts';
import { launch } from './launch.ts';
import { deregister, register, targetHealth } from './registration.ts';
import type { ServiceSettings } from './service-settings.ts';
import type { Shared } from './shared.ts';
import { Stability } from './stability.ts';
import { TaskRecord } from './task-record.ts';

/** How often the target groups are asked for the health of the tasks. */
const LOOK_MS = 200;
const DELETE_MS_MAX = 300_000;

export class RunningService {
  readonly settings: ServiceSettings;
  readonly history: History;
  private readonly shared: Shared;
  private readonly timings: Timings;
  private readonly stability: Stability;
  private readonly records = new Map<string, TaskRecord>();
  private readonly leaving = new Set<Promise<void>>();
  private readonly looking: NodeJS.Timeout;
  private current: ServiceState;
  private timer: NodeJS.Timeout | undefined;
  private isStopped = false;

  constructor(shared: Shared, settings: ServiceSettings) {
    this.shared = shared;
    this.settings = settings;
    this.history = new History(shared.world);
    this.stability = new Stability(shared.world);
    this.timings = scaleTimings(AWS_TIMINGS, (ms) => shared.world.managed(ms));
    this.current = newService(settings.name, settings.config);
    this.looking = setInterval(() => this.lookAtTargets(), LOOK_MS);
  }

  get state(): ServiceState {
    return this.current;
  }

  /** Those that are there, and those that ended within the last hour. */
  get tasks(): readonly TaskRecord[] {
    return [...this.records.values(), ...this.history.stopped];
  }

  /** Takes the settings as they are now: a deployment where the revision changed, or when it is forced. */
  apply(force: boolean): void {
    const { config, definition } = this.settings;
    this.dispatch({ kind: 'updated', config, revision: revisionOf(definition), force });
  }

  /** Resolves when the service is steady. Rejects with AwsError when the circuit breaker fails the deployment first. */
  async stable(): Promise<void> {
    const primary = this.current.deployments.find(({ status }) => status === 'PRIMARY');
    if (!this.current.isSteady && primary) await this.stability.wait(primary.id);
  }

  stopTask(id: string, reason: string): void {
    this.dispatch({ kind: 'stop-requested', task: id, reason });
  }

  /** Ends every task in ECS's order, then the service. */
  async delete(): Promise<void> {
    if (this.isStopped) return;
    this.stability.cancel('The service was deleted.');
    this.dispatch({ kind: 'deleted' });
    const isGone = async () => (this.isStopped || this.current.status === 'INACTIVE' ? true : undefined);
    await until(`the end of ${this.settings.name}`, DELETE_MS_MAX, isGone).catch(() => undefined);
    await this.stop();
  }

  /** Ends every process at once. What was being done is abandoned. */
  async stop(): Promise<void> {
    this.isStopped = true;
    clearTimeout(this.timer);
    clearInterval(this.looking);
    this.stability.cancel('the sandbox is stopping');
    await Promise.allSettled([...this.records.values()].map((record) => this.release(record)));
    await Promise.allSettled(this.leaving);
  }

  private dispatch(input: Input): void {
    if (this.isStopped) return;
    const { world } = this.shared;
    // One moment for what is done and for what is planned: what came due between two would never be done.
    const now = world.now();
    const { state, effects } = transition(this.current, input, {
      now,
      timings: this.timings,
      newTaskId: () => randomBytes(16).toString('hex'),
      newDeploymentId: () => `ecs-svc/${randomInt(10 ** 9, 10 ** 10)}${randomInt(10 ** 8, 10 ** 9)}`,
    });
    this.current = state;
    for (const effect of effects) this.carryOut(effect);
    for (const task of state.tasks) this.recordOf(task).task = task;
    if (state.isSteady) this.stability.steady();
    clearTimeout(this.timer);
    const dueAt = nextDueAt(state, now, this.timings);
    if (dueAt === null) return;
    this.timer = setTimeout(() => this.dispatch({ kind: 'tick' }), Math.max(1, dueAt - world.now()));
  }

  private carryOut(effect: Effect): void {
    const { events, world } = this.shared;
    switch (effect.kind) {
      case 'changed':
        this.recordOf(effect.task).task = effect.task;
        tellTask(events, this.recordOf(effect.task), world.now());
        break;
      case 'start':
        void this.start(this.recordOf(effect.task));
        break;
      case 'deregister':
        void this.drain(effect.task);
        break;
      case 'terminate':
        this.records.get(effect.task)?.process?.terminate();
        break;
      case 'kill':
        void this.records.get(effect.task)?.process?.kill();
        break;
      case 'stopped':
        this.finish(effect.task);
        break;
      case 'message':
        this.history.say(effect.text);
        break;
      case 'deployment':
        tellDeployment(events, this.settings, effect);
        if (effect.event === 'SERVICE_DEPLOYMENT_FAILED') this.failed(effect);
        break;
      default:
        tellAction(events, this.settings, { ...effect, now: world.now() });
        break;
    }
  }

  private failed({ deployment }: Extract<Effect, { kind: 'deployment' }>): void {
    const why = this.history.events.find(({ message }) =>
      / failed (ELB|container) health checks/.test(message),
    );
    const stopped = this.history.stopped.findLast((record) => record.task.deployment === deployment.id);
    this.stability.failed(deployment, why?.message ?? stopped?.stop?.text ?? '');
  }

  private recordOf(task: Task): TaskRecord {
    const known = this.records.get(task.id);
    if (known) return known;
    const { name, cluster, definition, loadBalancers, registries, subnets } = this.settings;
    const { registry, addresses, world } = this.shared;
    const record = new TaskRecord(
      {
        arn: registry.arn(`task/${cluster.name}/${task.id}`),
        cluster: cluster.name,
        clusterArn: cluster.arn,
        service: name,
        definition: registry.find(task.revision.arn) ?? definition,
        attachment: { loadBalancers, registries, subnets },
        subnet: subnets.find(({ az }) => az === task.az) ?? { id: '', az: task.az },
        addresses: addresses.take(task.az),
        createdAt: world.now(),
      },
      task,
    );
    this.records.set(task.id, record);
    return record;
  }

  private async start(record: TaskRecord): Promise<void> {
    const { id } = record;
    try {
      await launch(this.shared, record, () => this.dispatch({ kind: 'exited', task: id }));
      if (record.process?.pid === null) return;
      register(this.shared, record);
      this.watchHealth(record);
      this.dispatch({ kind: 'started', task: id });
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.shared.world.log('ecs', 'a task does not start', { task: id, error: why });
      this.dispatch({ kind: 'start-failed', task: id, why });
    }
  }

  private watchHealth(record: TaskRecord): void {
    const { healthCheck: check } = record.definition.container;
    const { process, id } = record;
    if (check === null || process === null) return;
    record.checks = new HealthChecks(this.shared.world, {
      check,
      process,
      tell: (container) => {
        if (record.container !== container) this.dispatch({ kind: 'checked', task: id, container });
      },
    });
  }

  private lookAtTargets(): void {
    for (const record of this.records.values()) {
      if (record.task.phase !== 'running' || record.task.targets === 'none') continue;
      const targets = targetHealth(this.shared, record);
      if (targets !== record.task.targets) this.dispatch({ kind: 'checked', task: record.id, targets });
    }
  }

  private async drain(id: string): Promise<void> {
    const record = this.records.get(id);
    if (record === undefined) return;
    await deregister(this.shared, record);
    this.dispatch({ kind: 'drained', task: id });
  }

  private finish(task: Task): void {
    const record = this.recordOf(task);
    record.task = task;
    record.stoppedAt = this.shared.world.now();
    this.records.delete(task.id);
    this.history.keep(record);
    tellTask(this.shared.events, record, record.stoppedAt);
    const left = this.release(record);
    this.leaving.add(left);
    void left.finally(() => this.leaving.delete(left));
  }

  private async release(record: TaskRecord): Promise<void> {
    const { gateway, addresses, credentials } = this.shared;
    record.checks?.stop();
    gateway.remove(record.id);
    credentials.close(record.id);
    await record.process?.remove();
    addresses.release(record.origin.addresses);
  }
}

function revisionOf({ arn, container }: TaskDefinition): Revision {
  const { healthCheck, stopTimeoutS } = container;
  return { arn, hasHealthCheck: healthCheck !== null, stopTimeoutMs: stopTimeoutS * 1000 };
}
