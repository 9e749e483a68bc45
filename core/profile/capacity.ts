/** I-35: what is left of a tier bears its full load when one zone is gone. */

import type { Fault } from '../errors.ts';
import type { NormalizedTask } from './normalized.ts';

export type Capacity = Pick<NormalizedTask, 'tasks' | 'requestsPerTask' | 'peakRequestsPerS'>;

/** Tasks that are left without the zone that has most of them. ECS spreads them evenly, so no zone has two more. */
export function tasksLeft(tasks: number, zones: number): number {
  return tasks - Math.ceil(tasks / zones);
}

/** The least number of tasks of which `left` remain when one of `zones` is gone. */
export function tasksFor(left: number, zones: number): number {
  return left + Math.ceil(left / (zones - 1));
}

/** Nothing where there is a task in each zone, and those of all zones but one bear the peak. */
export function capacityFaults(path: string, capacity: Capacity, zones: number): readonly Fault[] {
  const { tasks, requestsPerTask, peakRequestsPerS } = capacity;
  const field = `${path}.tasks`;
  if (zones < 2) return [];
  if (tasks < zones) {
    const rule = `must be at least one for each of the ${zones} zones, so that one can be lost (I-35)`;
    return [{ field, value: tasks, rule, fix: `use at least ${zones} tasks` }];
  }
  if (peakRequestsPerS === null) return [];
  const left = tasksLeft(tasks, zones);
  const bears = left * requestsPerTask;
  if (bears >= peakRequestsPerS) return [];
  const rule =
    `leaves ${left} tasks when one of ${zones} zones is gone, which bear ${bears} requests a second of ` +
    `${peakRequestsPerS} at peak (I-35)`;
  const needed = Math.max(zones, tasksFor(Math.ceil(peakRequestsPerS / requestsPerTask), zones));
  return [{ field, value: tasks, rule, fix: `use at least ${needed} tasks` }];
}
