/** In which zone a task starts, and which one ends first. */

import { isGood } from './tasks.ts';
import type { ServiceState, Task } from './types.ts';

/**
 * Where the deployment has the fewest tasks, then where the service has; the earlier zone of two (developer guide,
 * "Task placement on Fargate": spread over the zones of the subnets). Assumed: a task that is to be replaced does not count.
 */
export function emptiestZone(state: ServiceState, deployment: string): string {
  const live = state.tasks.filter(isGood);
  const load = (zone: string): [number, number] => {
    const here = live.filter(({ az }) => az === zone);
    return [here.filter((task) => task.deployment === deployment).length, here.length];
  };
  const [first = '', ...others] = state.config.zones;
  return others.reduce((best, zone) => (isLess(load(zone), load(best)) ? zone : best), first);
}

function isLess([own, all]: [number, number], [ownBest, allBest]: [number, number]): boolean {
  return own < ownBest || (own === ownBest && all < allBest);
}

/**
 * What is no loss goes first, then a task of the fullest zone (developer guide, "Scaling in": the zones stay
 * balanced). Assumed: of two in the same zone, the younger.
 */
export function firstToStop(tasks: readonly Task[], isHealthy: (task: Task) => boolean): Task | undefined {
  const perZone = new Map<string, number>();
  for (const { az } of tasks) perZone.set(az, (perZone.get(az) ?? 0) + 1);
  const worth = (task: Task): readonly number[] => [
    isHealthy(task) ? 1 : 0,
    task.phase === 'running' ? 1 : 0,
    -(perZone.get(task.az) ?? 0),
    -(task.runningAt ?? 0),
  ];
  return tasks.reduce<Task | undefined>(
    (best, task) => (best === undefined || comesBefore(worth(task), worth(best)) ? task : best),
    undefined,
  );
}

function comesBefore(a: readonly number[], b: readonly number[]): boolean {
  const at = a.findIndex((value, index) => value !== b[index]);
  return at >= 0 && (a[at] ?? 0) < (b[at] ?? 0);
}
