/** Questions about tasks, without side effects. */

import type { Context, ServiceState, Task } from './types.ts';

/** Pending or running, as maximumPercent counts. */
export function isLive(task: Task): boolean {
  return task.phase === 'provisioning' || task.phase === 'pending' || task.phase === 'running';
}

/** Live, and nothing is known against it: what a deployment counts as its own. */
export function isGood(task: Task): boolean {
  return isLive(task) && !task.isFailing;
}

/**
 * Counted by minimumHealthyPercent: running, and healthy by every check that there is; without any, 40 s after its
 * start (API reference, DeploymentConfiguration, minimumHealthyPercent).
 */
export function isHealthy(task: Task, { now, timings }: Pick<Context, 'now' | 'timings'>): boolean {
  if (task.phase !== 'running' || task.isFailing) return false;
  if (task.container === 'none' && task.targets === 'none') {
    return now >= countedAt(task, timings.uncheckedMs);
  }
  return isFine(task.container) && isFine(task.targets);
}

function isFine(health: Task['container'] | Task['targets']): boolean {
  return health === 'none' || health === 'healthy';
}

export function hasNoChecks(task: Task): boolean {
  return task.container === 'none' && task.targets === 'none';
}

export function countedAt(task: Task, uncheckedMs: number): number {
  return (task.runningAt ?? 0) + uncheckedMs;
}

/** Failing checks count from here on (API reference, CreateService, healthCheckGracePeriodSeconds). */
export function graceEndsAt(task: Task, graceMs: number): number {
  return (task.runningAt ?? 0) + graceMs;
}

export function failsChecks(task: Task): boolean {
  return task.phase === 'running' && (task.container === 'unhealthy' || task.targets === 'unhealthy');
}

export function taskOf(state: ServiceState, id: string): Task | undefined {
  return state.tasks.find((task) => task.id === id);
}

export function withTask(state: ServiceState, id: string, change: Partial<Task>): ServiceState {
  return { ...state, tasks: state.tasks.map((task) => (task.id === id ? { ...task, ...change } : task)) };
}

export function tasksOf(state: ServiceState, deployment: string): readonly Task[] {
  return state.tasks.filter((task) => task.deployment === deployment);
}
