/** How a deployment begins, fails, is rolled back and is completed. */

import type { Draft } from './draft.ts';
import { failuresMax } from './limits.ts';
import type { Deployment, Revision, ServiceConfig, Task } from './types.ts';

/** CreateService and UpdateService. A new desired count alone is no deployment. */
export function update(
  draft: Draft,
  wanted: { readonly config: ServiceConfig; readonly revision: Revision; readonly force: boolean },
): void {
  const { primary } = draft;
  const more = wanted.config.desiredCount - draft.desired;
  draft.state = { ...draft.state, config: wanted.config };
  if (primary === undefined || wanted.force || primary.revision.arn !== wanted.revision.arn) {
    begin(draft, wanted.revision);
    return;
  }
  draft.setDeployment(primary.id, { desired: wanted.config.desiredCount });
  // Scaling out reaches both revisions (What's New, November 2025: availability during rolling deployments).
  const [latest] = draft.older;
  if (more > 0 && latest && latest.rollout !== 'FAILED') {
    draft.setDeployment(latest.id, { desired: latest.desired + more });
  }
}

function begin(draft: Draft, revision: Revision): void {
  retirePrimary(draft);
  const id = draft.context.newDeploymentId();
  add(draft, { id, revision, reason: `ECS deployment ${id} in progress.`, isRollback: false });
}

/** Keeps what it has, until the newer one takes over task by task. */
function retirePrimary(draft: Draft): void {
  const { primary } = draft;
  if (primary === undefined) return;
  const desired = primary.rollout === 'FAILED' ? 0 : Math.min(primary.desired, draft.good(primary));
  draft.setDeployment(primary.id, { status: 'ACTIVE', desired });
}

function add(draft: Draft, given: Pick<Deployment, 'id' | 'revision' | 'reason' | 'isRollback'>): void {
  const { now } = draft.context;
  const deployment: Deployment = {
    ...given,
    status: 'PRIMARY',
    rollout: 'IN_PROGRESS',
    desired: draft.desired,
    failures: 0,
    createdAt: now,
    updatedAt: now,
  };
  // A new task definition is started at once, whatever the one before it did (guide, "service throttle logic").
  const throttle = { failures: 0, until: 0 };
  draft.state = { ...draft.state, deployments: [deployment, ...draft.state.deployments], throttle };
  announce(draft, 'SERVICE_DEPLOYMENT_IN_PROGRESS', deployment.id);
}

/** A task did not get healthy, or ended. Counts while the deployment is under way. */
export function countFailure(draft: Draft, task: Task): void {
  const { primary } = draft;
  if (primary === undefined || primary.id !== task.deployment || primary.rollout !== 'IN_PROGRESS') return;
  draft.setDeployment(primary.id, { failures: primary.failures + 1 });
}

/** The count is of failures in a row (API reference, DeploymentCircuitBreaker: resetOnHealthyTask, true by default). */
export function resetFailures(draft: Draft, task: Task): void {
  const deployment = draft.state.deployments.find(({ id }) => id === task.deployment);
  if (deployment && deployment.failures > 0) draft.setDeployment(deployment.id, { failures: 0 });
}

/**
 * The circuit breaker (developer guide, "How the deployment circuit breaker detects failures"): back to the last
 * completed deployment, or, with none, no new tasks.
 */
export function breakCircuit(draft: Draft): void {
  const { primary, state } = draft;
  const { enable, rollback } = state.config.circuitBreaker;
  if (!enable || primary?.rollout !== 'IN_PROGRESS' || primary.failures < failuresMax(state.config)) return;
  draft.setDeployment(primary.id, {
    rollout: 'FAILED',
    reason: 'ECS deployment circuit breaker: tasks failed to start.',
  });
  draft.say(`(deployment ${primary.id}) deployment failed: tasks failed to start.`);
  announce(draft, 'SERVICE_DEPLOYMENT_FAILED', primary.id);
  // What is rolled back to cannot be rolled back: it is not completed.
  if (rollback && !primary.isRollback && state.lastCompleted) rollBack(draft, state.lastCompleted);
}

function rollBack(draft: Draft, to: { readonly deployment: string; readonly revision: Revision }): void {
  retirePrimary(draft);
  const reason = `ECS deployment circuit breaker: rolling back to deploymentId ${to.deployment}.`;
  draft.say(`rolling back to deployment ${to.deployment}.`);
  if (draft.state.deployments.some(({ id }) => id === to.deployment)) {
    draft.setDeployment(to.deployment, {
      status: 'PRIMARY',
      rollout: 'IN_PROGRESS',
      isRollback: true,
      desired: draft.desired,
      failures: 0,
      reason,
    });
    announce(draft, 'SERVICE_DEPLOYMENT_IN_PROGRESS', to.deployment);
    return;
  }
  const id = draft.context.newDeploymentId();
  add(draft, { id, revision: to.revision, reason, isRollback: true });
}

/** Completed once its tasks are healthy and every other task is gone (developer guide, "steady state"). */
export function complete(draft: Draft): void {
  const { primary, state } = draft;
  if (primary?.rollout !== 'IN_PROGRESS' || !hasAll(draft, primary)) return;
  draft.setDeployment(primary.id, {
    rollout: 'COMPLETED',
    isRollback: false,
    reason: `ECS deployment ${primary.id} completed.`,
  });
  draft.state = {
    ...draft.state,
    deployments: draft.state.deployments.filter(({ id }) => id === primary.id),
    lastCompleted: { deployment: primary.id, revision: primary.revision },
  };
  draft.say(`(deployment ${primary.id}) deployment completed.`);
  announce(draft, 'SERVICE_DEPLOYMENT_COMPLETED', primary.id);
  if (state.isSteady) draft.state = { ...draft.state, isSteady: false };
}

export function hasAll(draft: Draft, primary: Deployment): boolean {
  const { tasks } = draft.state;
  return tasks.length === draft.desired && draft.healthy(primary) === draft.desired;
}

function announce(
  draft: Draft,
  event: 'SERVICE_DEPLOYMENT_IN_PROGRESS' | 'SERVICE_DEPLOYMENT_COMPLETED' | 'SERVICE_DEPLOYMENT_FAILED',
  id: string,
): void {
  const deployment = draft.state.deployments.find((one) => one.id === id);
  if (deployment) draft.effects.push({ kind: 'deployment', event, deployment });
}
