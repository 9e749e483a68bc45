/** ECS's side of a service: what follows from an input, as state and effects. */

import { breakCircuit, complete, countFailure, hasAll, resetFailures, update } from './deployments.ts';
import { Draft, EXITED } from './draft.ts';
import { assertInvariants } from './invariants.ts';
import { planStep } from './plan.ts';
import { failsChecks, graceEndsAt, taskOf } from './tasks.ts';
import { throttleMs } from './timings.ts';
import type { Context, Effect, Input, ServiceConfig, ServiceState, Task } from './types.ts';

export interface Transition {
  readonly state: ServiceState;
  readonly effects: readonly Effect[];
}

/** A service before its first deployment: an `updated` begins it. */
export function newService(name: string, config: ServiceConfig): ServiceState {
  return {
    name,
    config,
    deployments: [],
    tasks: [],
    lastCompleted: null,
    isSteady: false,
    throttle: { failures: 0, until: 0 },
    status: 'ACTIVE',
  };
}

/** The next state and what is to be done. An input that is not allowed now changes nothing. */
export function transition(state: ServiceState, input: Input, context: Context): Transition {
  const draft = new Draft(state, context);
  apply(draft, input);
  settle(draft);
  assertInvariants(draft.state);
  return { state: draft.state, effects: draft.effects };
}

function apply(draft: Draft, input: Input): void {
  if (input.kind === 'tick') return;
  if (input.kind === 'updated') return update(draft, input);
  if (input.kind === 'deleted') {
    draft.state = { ...draft.state, status: 'DRAINING' };
    return;
  }
  const task = taskOf(draft.state, input.task);
  if (task === undefined) return;
  switch (input.kind) {
    case 'started':
      return started(draft, task);
    case 'start-failed':
      return startFailed(draft, task, input.why);
    case 'exited':
      return exited(draft, task);
    case 'checked':
      return draft.setTask(task.id, {
        container: input.container ?? task.container,
        targets: input.targets ?? task.targets,
      });
    case 'drained':
      if (task.phase === 'deregistering') draft.terminate(task);
      return;
    default:
      if (task.phase === 'running' || task.phase === 'pending' || task.phase === 'provisioning') {
        draft.stop(task, { code: 'UserInitiated', text: input.reason });
      }
  }
}

function started(draft: Draft, task: Task): void {
  if (task.phase !== 'pending') return;
  draft.setTask(task.id, { phase: 'running', runningAt: draft.context.now });
  draft.state = { ...draft.state, throttle: { failures: 0, until: 0 } };
}

const IMPAIRED_AFTER = 3;

function startFailed(draft: Draft, task: Task, why: string): void {
  if (task.phase !== 'pending') return;
  draft.remove(task, { code: 'TaskFailedToStart', text: why });
  countFailure(draft, task);
  const failures = draft.state.throttle.failures + 1;
  const until = draft.context.now + throttleMs(failures, draft.context.timings);
  draft.state = { ...draft.state, throttle: { failures, until } };
  if (failures !== IMPAIRED_AFTER) return;
  draft.say('is unable to consistently start tasks successfully.');
  draft.effects.push({ kind: 'action', event: 'SERVICE_TASK_START_IMPAIRED', severity: 'WARN' });
}

function exited(draft: Draft, task: Task): void {
  const { now, timings } = draft.context;
  if (task.phase === 'running') draft.setTask(task.id, { ended: { noticedAt: now + timings.noticeMs } });
  else if (task.phase === 'pending') startFailed(draft, task, EXITED.text);
  else draft.remove(task, EXITED);
}

/** Steps in one settling: every task may start, fail and stop, and nothing goes round in a circle. */
const STEPS_MAX = 10_000;

/** Does what is due now, until nothing is. */
function settle(draft: Draft): void {
  passTime(draft);
  judge(draft);
  breakCircuit(draft);
  const before = new Set(draft.state.tasks.map(({ id }) => id));
  for (let steps = 0; planStep(draft); steps++) {
    if (steps > STEPS_MAX) throw new Error(`service ${draft.state.name}: the plan does not end`);
  }
  tellStarts(draft, before);
  complete(draft);
  tellSteady(draft);
  const { status, tasks } = draft.state;
  if (status === 'DRAINING' && tasks.length === 0) draft.state = { ...draft.state, status: 'INACTIVE' };
}

function passTime(draft: Draft): void {
  const { now } = draft.context;
  for (const task of draft.state.tasks) {
    if (task.ended !== null && task.ended.noticedAt <= now && task.phase === 'running') {
      draft.lose(task);
      countFailure(draft, task);
    } else if (task.dueAt === null || task.dueAt > now) continue;
    else if (task.phase === 'provisioning') {
      draft.setTask(task.id, { phase: 'pending', dueAt: null });
      draft.effects.push({ kind: 'start', task: { ...task, phase: 'pending', dueAt: null } });
    } else if (task.phase === 'stopping') {
      draft.setTask(task.id, { dueAt: null });
      draft.effects.push({ kind: 'kill', task: task.id });
    }
  }
}

/** What the checks say of each task, once its grace is over. */
function judge(draft: Draft): void {
  const { now } = draft.context;
  for (const task of draft.state.tasks) {
    const isFailing = failsChecks(task) && now >= graceEndsAt(task, draft.state.config.graceMs);
    if (isFailing && !task.isFailing) {
      const checks = task.targets === 'unhealthy' ? 'ELB' : 'container';
      draft.say(`(task ${task.id}) failed ${checks} health checks.`);
      countFailure(draft, task);
    }
    if (isFailing !== task.isFailing) draft.setTask(task.id, { isFailing });
    if (!task.wasHealthy && draft.isHealthy({ ...task, isFailing })) {
      draft.setTask(task.id, { wasHealthy: true });
      resetFailures(draft, task);
    }
  }
}

function tellStarts(draft: Draft, before: ReadonlySet<string>): void {
  const fresh = draft.state.tasks.filter(({ id }) => !before.has(id));
  if (fresh.length === 0) return;
  draft.say(`has started ${fresh.length} tasks: ${fresh.map(({ id }) => `(task ${id})`).join(' ')}.`);
}

function tellSteady(draft: Draft): void {
  const { primary, state } = draft;
  const isSteady = primary?.rollout === 'COMPLETED' && hasAll(draft, primary);
  if (isSteady === state.isSteady) return;
  draft.state = { ...state, isSteady };
  if (!isSteady) return;
  draft.say('has reached a steady state.');
  draft.effects.push({ kind: 'action', event: 'SERVICE_STEADY_STATE', severity: 'INFO' });
}
