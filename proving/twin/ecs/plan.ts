/** Which tasks start and which ones stop now: one step at a time, until nothing is left to do. */

import { BY_SCHEDULER, type Draft } from './draft.ts';
import { emptiestZone, firstToStop } from './placement.ts';
import { isGood, isLive, tasksOf } from './tasks.ts';
import type { Deployment, StopReason, Task } from './types.ts';

/** One step; false where there is none to take. */
export function planStep(draft: Draft): boolean {
  if (draft.state.status !== 'ACTIVE') return stopOne(draft, draft.state.tasks.find(isLive), SERVICE_DELETED);
  return stopFailing(draft) || stopOlder(draft) || stopSurplus(draft) || startOne(draft);
}

const SERVICE_DELETED = 'Service was deleted.';
const SCALED = 'Scaling activity initiated by deployment';

function stopOne(draft: Draft, task: Task | undefined, why: string): boolean {
  if (task === undefined) return false;
  const stop: StopReason = { code: BY_SCHEDULER, text: why };
  draft.stop(task, stop);
  return true;
}

/**
 * A task that was healthy is replaced first and stopped then; with no room for that, the failing ones go one by one
 * (API reference, DeploymentConfiguration; What's New, October 2023). One that never was healthy is no loss.
 */
function stopFailing(draft: Draft): boolean {
  const failing = draft.state.tasks.filter((task) => isLive(task) && task.isFailing);
  const never = failing.find(({ wasHealthy }) => !wasHealthy);
  const isReplaced = draft.healthy() >= draft.desired;
  const isStuck = draft.room <= 0 && draft.good() === draft.healthy();
  const task = never ?? (isReplaced || isStuck ? failing[0] : undefined);
  return stopOne(
    draft,
    task,
    `Task failed ${task?.targets === 'unhealthy' ? 'ELB' : 'container'} health checks`,
  );
}

/** Older deployments lose a task for each that is healthy in their place, or as many as the minimum allows. */
function stopOlder(draft: Draft): boolean {
  const { older, primary } = draft;
  const tasks = older.flatMap(({ id }) => tasksOf(draft.state, id)).filter(isLive);
  const isHealthy = (one: Task) => draft.isHealthy(one);
  const task = tasks.find((one) => isLost(older, one) && !isHealthy(one)) ?? firstToStop(tasks, isHealthy);
  const deployment = older.find(({ id }) => id === task?.deployment);
  if (task === undefined || deployment === undefined || primary === undefined) return false;
  const needed = primary.rollout !== 'FAILED' && isBlocked(draft, primary) ? draft.healthyMin : draft.desired;
  const loss = draft.isHealthy(task) ? 1 : 0;
  if (!(loss === 0 && isLost(older, task)) && draft.healthy() - loss < needed) return false;
  const left = tasksOf(draft.state, deployment.id).filter((one) => isGood(one) && one.id !== task.id);
  draft.setDeployment(deployment.id, { desired: Math.min(deployment.desired, left.length) });
  return stopOne(draft, task, `${SCALED} ${primary.id}`);
}

/** A task of a deployment that failed is waited for by nobody. */
function isLost(deployments: readonly Deployment[], task: Task): boolean {
  return deployments.some(({ id, rollout }) => id === task.deployment && rollout === 'FAILED');
}

/** It has tasks to start and no room for one. */
function isBlocked(draft: Draft, primary: Deployment): boolean {
  return draft.good(primary) < draft.desired && draft.room <= 0;
}

function stopSurplus(draft: Draft): boolean {
  const { primary } = draft;
  if (primary === undefined || draft.good(primary) <= draft.desired) return false;
  const tasks = tasksOf(draft.state, primary.id).filter(isGood);
  const task = firstToStop(tasks, (one) => draft.isHealthy(one));
  return stopOne(draft, task, `${SCALED} ${primary.id}`);
}

function startOne(draft: Draft): boolean {
  const { throttle } = draft.state;
  if (draft.context.now < throttle.until || draft.room <= 0) return false;
  const deployment = nextToGrow(draft);
  if (deployment === undefined) return false;
  const { context, state } = draft;
  draft.add({
    id: context.newTaskId(),
    deployment: deployment.id,
    revision: deployment.revision,
    az: emptiestZone(state, deployment.id),
    phase: 'provisioning',
    dueAt: context.now + context.timings.provisioningMs,
    runningAt: null,
    container: deployment.revision.hasHealthCheck ? 'unknown' : 'none',
    targets: state.config.hasTargets ? 'initial' : 'none',
    wasHealthy: false,
    isFailing: false,
    ended: null,
    stop: null,
  });
  return true;
}

/**
 * A lost task of an older deployment is replaced by one of its own revision, whatever becomes of the newer one
 * (What's New, November 2025). A failed deployment starts nothing.
 */
function nextToGrow(draft: Draft): Deployment | undefined {
  const { older, primary } = draft;
  if (primary === undefined) return undefined;
  const others = older.reduce((sum, one) => sum + draft.good(one), 0);
  const isShort = others + draft.healthy(primary) < draft.desired;
  const grows = older.find((one) => one.rollout !== 'FAILED' && draft.good(one) < one.desired);
  if (isShort && grows) return grows;
  return primary.rollout !== 'FAILED' && draft.good(primary) < draft.desired ? primary : undefined;
}
