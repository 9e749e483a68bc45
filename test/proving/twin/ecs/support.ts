/** A service in virtual time: tasks that boot, get healthy, drain and end as they are told to. */

import {
  AWS_TIMINGS,
  type Effect,
  type Input,
  isHealthy,
  isLive,
  newService,
  nextDueAt,
  type Revision,
  type ServiceConfig,
  type ServiceState,
  type Task,
  transition,
} from '../../../../proving/twin/ecs/index.ts';

export const ZONES = ['eu-a', 'eu-b', 'eu-c'];

export const CONFIG: ServiceConfig = {
  desiredCount: 3,
  minimumHealthyPercent: 100,
  maximumPercent: 200,
  circuitBreaker: { enable: true, rollback: true },
  graceMs: 10_000,
  hasTargets: true,
  zones: ZONES,
};

/** How the tasks of a revision behave. */
export interface Behaviour {
  readonly bootMs: number;
  /** Null: never healthy. */
  readonly healthyMs: number | null;
  /** Ends by itself so long after it runs. */
  readonly diesMs?: number;
  readonly cannotStart?: boolean;
}

export const GOOD: Behaviour = { bootMs: 1_000, healthyMs: 6_000 };
export const SICK: Behaviour = { bootMs: 1_000, healthyMs: null };

const DRAIN_MS = 5_000;
const STOP_MS = 500;
const UNHEALTHY_MS = 20_000;
const STEPS_MAX = 20_000;

export function revision(arn: string, change: Partial<Revision> = {}): Revision {
  return { arn, hasHealthCheck: false, stopTimeoutMs: 30_000, ...change };
}

interface Planned {
  readonly at: number;
  readonly input: Input;
}

export class Rig {
  now = 1_000_000;
  state: ServiceState;
  readonly effects: Effect[] = [];
  readonly behaviours = new Map<string, Behaviour>();
  /** Looked at after every transition. */
  watch: (rig: Rig) => void = () => undefined;
  ignoresSigterm = false;
  private readonly timings = AWS_TIMINGS;
  private planned: Planned[] = [];
  private names = 0;

  constructor(config: Partial<ServiceConfig> = {}) {
    this.state = newService('web', { ...CONFIG, ...config });
  }

  deploy(arn: string, behaviour: Behaviour, change: Partial<ServiceConfig> = {}): void {
    this.behaviours.set(arn, behaviour);
    const config = { ...this.state.config, ...change };
    this.input({ kind: 'updated', config, revision: revision(arn), force: false });
  }

  input(input: Input): void {
    const context = {
      now: this.now,
      timings: this.timings,
      newTaskId: () => `t${++this.names}`,
      newDeploymentId: () => `ecs-svc/${++this.names}`,
    };
    const { state, effects } = transition(this.state, input, context);
    this.state = state;
    this.effects.push(...effects);
    for (const effect of effects) this.carryOut(effect);
    this.watch(this);
  }

  /** Lets time pass until the condition holds. Throws when it never does, or not within the bound. */
  until(holds: (rig: Rig) => boolean, withinMs = 3_600_000): void {
    const end = this.now + withinMs;
    for (let steps = 0; !holds(this); steps++) {
      const at = this.nextAt();
      if (at === null || at > end || steps > STEPS_MAX) throw new Error(`not within ${withinMs} ms`);
      this.advanceTo(at);
    }
  }

  run(ms: number): void {
    const end = this.now + ms;
    for (let at = this.nextAt(); at !== null && at <= end; at = this.nextAt()) this.advanceTo(at);
    this.now = end;
  }

  get live(): readonly Task[] {
    return this.state.tasks.filter(isLive);
  }

  get healthy(): readonly Task[] {
    return this.state.tasks.filter((task) => isHealthy(task, { now: this.now, timings: this.timings }));
  }

  get messages(): string[] {
    return this.effects.flatMap((effect) => (effect.kind === 'message' ? [effect.text] : []));
  }

  get deploymentEvents(): string[] {
    return this.effects.flatMap((effect) => (effect.kind === 'deployment' ? [effect.event] : []));
  }

  ids(kind: 'start' | 'stopped'): string[] {
    return this.effects.flatMap((effect) => (effect.kind === kind ? [effect.task.id] : []));
  }

  private advanceTo(at: number): void {
    this.now = Math.max(at, this.now);
    const due = this.planned.find((one) => one.at <= this.now);
    if (due === undefined) return this.input({ kind: 'tick' });
    this.planned = this.planned.filter((one) => one !== due);
    this.input(due.input);
  }

  private nextAt(): number | null {
    const dueAt = nextDueAt(this.state, this.now, this.timings);
    const dues = [...this.planned.map(({ at }) => at), ...(dueAt === null ? [] : [dueAt])];
    return dues.length === 0 ? null : Math.min(...dues);
  }

  private later(ms: number, input: Input): void {
    this.planned.push({ at: this.now + ms, input });
    this.planned.sort((a, b) => a.at - b.at);
  }

  private carryOut(effect: Effect): void {
    if (effect.kind === 'start') this.boot(effect.task);
    else if (effect.kind === 'deregister') this.later(DRAIN_MS, { kind: 'drained', task: effect.task });
    else if (effect.kind === 'terminate' && !this.ignoresSigterm) {
      this.later(STOP_MS, { kind: 'exited', task: effect.task });
    } else if (effect.kind === 'kill') this.later(1, { kind: 'exited', task: effect.task });
  }

  private boot({ id, revision: { arn } }: Task): void {
    const behaviour = this.behaviours.get(arn) ?? GOOD;
    if (behaviour.cannotStart) {
      this.later(behaviour.bootMs, { kind: 'start-failed', task: id, why: 'no such file' });
      return;
    }
    this.later(behaviour.bootMs, { kind: 'started', task: id });
    const { healthyMs, diesMs } = behaviour;
    const checked = healthyMs === null ? 'unhealthy' : 'healthy';
    const at = behaviour.bootMs + (healthyMs ?? UNHEALTHY_MS);
    this.later(at, { kind: 'checked', task: id, targets: checked });
    if (diesMs !== undefined) this.later(behaviour.bootMs + diesMs, { kind: 'exited', task: id });
  }
}

export function isSteady(rig: Rig): boolean {
  return rig.state.isSteady;
}

/** A service of this revision that is steady. */
export function steady(config: Partial<ServiceConfig> = {}): Rig {
  const rig = new Rig(config);
  rig.deploy('v1', GOOD);
  rig.until(isSteady);
  return rig;
}
