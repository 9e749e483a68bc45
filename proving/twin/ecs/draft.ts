/** The state under one transition, with the effects so far. It never leaves the transition. */

import { healthyMin, liveMax } from './limits.ts';
import { isGood, isHealthy, isLive, tasksOf, withTask } from './tasks.ts';
import type { Context, Deployment, Effect, ServiceState, StopReason, Task } from './types.ts';

export class Draft {
  state: ServiceState;
  readonly effects: Effect[] = [];
  readonly context: Context;

  constructor(state: ServiceState, context: Context) {
    this.state = state;
    this.context = context;
  }

  get desired(): number {
    return this.state.config.desiredCount;
  }

  get primary(): Deployment | undefined {
    return this.state.deployments.find(({ status }) => status === 'PRIMARY');
  }

  get older(): readonly Deployment[] {
    return this.state.deployments.filter(({ status }) => status === 'ACTIVE');
  }

  get healthyMin(): number {
    return healthyMin(this.state.config);
  }

  /** How many tasks may start now. */
  get room(): number {
    return liveMax(this.state.config) - this.state.tasks.filter(isLive).length;
  }

  isHealthy(task: Task): boolean {
    return isHealthy(task, this.context);
  }

  healthy(deployment?: Deployment): number {
    return this.of(deployment).filter((task) => this.isHealthy(task)).length;
  }

  good(deployment?: Deployment): number {
    return this.of(deployment).filter(isGood).length;
  }

  setDeployment(id: string, change: Partial<Deployment>): void {
    const deployments = this.state.deployments.map((one) =>
      one.id === id ? { ...one, ...change, updatedAt: this.context.now } : one,
    );
    this.state = { ...this.state, deployments };
  }

  /** Tells of a task that gets into another phase. */
  setTask(id: string, change: Partial<Task>): void {
    this.state = withTask(this.state, id, change);
    const task = this.state.tasks.find((one) => one.id === id);
    if (change.phase !== undefined && task) this.effects.push({ kind: 'changed', task });
  }

  add(task: Task): void {
    this.state = { ...this.state, tasks: [...this.state.tasks, task] };
    this.effects.push({ kind: 'changed', task });
  }

  /** The task is gone. */
  remove(task: Task, stop: StopReason): void {
    this.state = { ...this.state, tasks: this.state.tasks.filter(({ id }) => id !== task.id) };
    this.effects.push({ kind: 'stopped', task: { ...task, stop: task.stop ?? stop } });
  }

  /**
   * Stops a task in ECS's order: out of the balancers, drained, SIGTERM, SIGKILL (developer guide, "Task lifecycle":
   * DEACTIVATING, STOPPING). One that does not run yet has nothing to drain.
   */
  stop(task: Task, stop: StopReason): void {
    if (task.phase === 'provisioning') this.remove(task, stop);
    else if (task.ended !== null) this.lose(task);
    else if (task.phase === 'pending') {
      this.setTask(task.id, { stop });
      this.terminate(task);
    } else if (task.phase === 'running') {
      this.setTask(task.id, { phase: 'deregistering', dueAt: null, stop });
      this.effects.push({ kind: 'deregister', task: task.id });
    }
  }

  /** Its process is gone already. */
  lose(task: Task): void {
    this.effects.push({ kind: 'deregister', task: task.id });
    this.remove(task, EXITED);
  }

  terminate(task: Task): void {
    const dueAt = this.context.now + task.revision.stopTimeoutMs;
    this.setTask(task.id, { phase: 'stopping', dueAt });
    this.effects.push({ kind: 'terminate', task: task.id });
  }

  say(text: string): void {
    this.effects.push({ kind: 'message', text: `(service ${this.state.name}) ${text}` });
  }

  private of(deployment: Deployment | undefined): readonly Task[] {
    return deployment === undefined ? this.state.tasks : tasksOf(this.state, deployment.id);
  }
}

export const BY_SCHEDULER = 'ServiceSchedulerInitiated';

export const EXITED: StopReason = {
  code: 'EssentialContainerExited',
  text: 'Essential container in task exited',
};
