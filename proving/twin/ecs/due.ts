/** When the machine wants to be asked again. */

import { countedAt, failsChecks, graceEndsAt, hasNoChecks } from './tasks.ts';
import type { Timings } from './timings.ts';
import type { ServiceState, Task } from './types.ts';

/** The next time at which the machine wants a tick; null when it waits for nothing. */
export function nextDueAt(state: ServiceState, now: number, timings: Timings): number | null {
  const dues = state.tasks.flatMap((task) => duesOf(state, task, timings));
  if (state.throttle.until > now) dues.push(state.throttle.until);
  return dues.length === 0 ? null : Math.min(...dues);
}

function duesOf(state: ServiceState, task: Task, timings: Timings): number[] {
  const dues = [task.dueAt, task.ended?.noticedAt].filter((at) => typeof at === 'number');
  if (task.phase !== 'running') return dues;
  if (hasNoChecks(task) && !task.wasHealthy) dues.push(countedAt(task, timings.uncheckedMs));
  if (failsChecks(task) && !task.isFailing) dues.push(graceEndsAt(task, state.config.graceMs));
  return dues;
}
