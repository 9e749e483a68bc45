/** The service of the web tier by the twin of ECS: which tasks there are, what becomes of them, and its deployments. */

import {
  AWS_TIMINGS,
  newService,
  nextDueAt,
  transition,
  type Effect,
  type Input,
  type Revision,
  type ServiceState,
  type TargetHealth,
} from '../../twin/ecs/index.ts';
import type { Cancel, Random, SimClock } from '../kernel/index.ts';
import { STOP_TIMEOUT_MS, WEB_SERVICE, type FrontSite } from './site.ts';
import { Addresses, type Task } from './task.ts';

export type { Task } from './task.ts';

/** From ECS's word until the process runs, from then until it listens, and from SIGTERM until it has ended. */
const BOOT_MS = { min: 800, max: 5000 } as const;
const LISTENS_MS = { min: 200, max: 4000 } as const;
const EXIT_MS = { min: 100, max: 1500 } as const;
const KILL_MS = 50;
/** How long before the run it was deployed. */
const DEPLOYED_MS = 3_600_000;

export interface TasksOptions {
  readonly clock: SimClock;
  readonly random: Random;
  readonly site: FrontSite;
  readonly rare: (name: string) => void;
  /** ECS registers a task with all balancers, and takes it out of all. */
  readonly onRegistered: (task: Task) => void;
  readonly onDeregistered: (task: Task) => void;
  /** What the balancers say of a task; `draining` while one still has requests of it. */
  readonly seenBy: (task: Task) => TargetHealth | 'draining';
  /** A task runs, or has ended, and the event bus is told. */
  readonly onChanged: (task: Task, status: 'RUNNING' | 'STOPPED') => void;
}

export class Tasks {
  readonly #options: TasksOptions;
  readonly #addresses: Addresses;
  readonly #processes = new Map<string, Task>();
  /** Whatever runs in these zones stands still. */
  readonly hungZones = new Set<string>();
  readonly #lostZones = new Set<string>();
  readonly #badRevisions = new Set<string>();
  #service: ServiceState;
  #cancelDue: Cancel = () => undefined;
  #names = 0;

  constructor(options: TasksOptions) {
    this.#options = options;
    const { site } = options;
    this.#addresses = new Addresses(site);
    const desiredCount = site.zones.length * site.tasksPerZone;
    this.#service = newService('web-tier', { ...WEB_SERVICE, desiredCount, zones: site.zones });
  }

  /** It was deployed long ago and is steady. */
  open(): void {
    const now = this.#options.clock.now();
    const at = now - DEPLOYED_MS;
    this.#deploy(at);
    const startsAt = at + AWS_TIMINGS.provisioningMs;
    for (const { id, az } of this.#step({ kind: 'tick' }, startsAt).flatMap(startedBy)) {
      this.#launch(id, az, now);
      this.#step({ kind: 'started', task: id }, startsAt);
      this.#step({ kind: 'checked', task: id, targets: 'healthy' }, startsAt);
    }
    if (!this.#service.isSteady) throw new Error('the web tier is not steady at the start');
    this.#wait();
  }

  /** Those whose process is there. */
  get all(): readonly Task[] {
    return [...this.#processes.values()];
  }

  get count(): number {
    return this.#service.config.desiredCount;
  }

  at(slot: number): Task | null {
    return this.all.find((task) => task.slot === slot) ?? null;
  }

  byMember(memberId: string): Task | null {
    return this.all.find((task) => task.memberId === memberId) ?? null;
  }

  isLost(zone: string): boolean {
    return this.#lostZones.has(zone);
  }

  /** What is sent from this zone arrives: a zone that is lost reaches itself alone. */
  isReached({ az }: Task, from: string): boolean {
    return az === from || !(this.isLost(az) || this.isLost(from));
  }

  /** Nothing starts in a zone that is lost. */
  loseZone(zone: string, isLost: boolean): void {
    if (isLost) this.#lostZones.add(zone);
    else this.#lostZones.delete(zone);
  }

  /** @returns whether it was there to die */
  kill(task: Task | null): boolean {
    if (task === null || task.isDead) return false;
    task.isDead = true;
    this.#dispatch({ kind: 'exited', task: task.id });
    return true;
  }

  /** It runs, listens and is not held up. */
  isUp(task: Task): boolean {
    return !task.isDead && !this.#isHung(task) && this.#options.clock.now() >= task.listensAt;
  }

  #isHung({ az, state }: Task): boolean {
    return state.hung || this.hungZones.has(az);
  }

  /** A new version is rolled out; one that is not sound never passes a check nor answers a request. */
  rollOut(isSound: boolean): void {
    this.#deploy(this.#options.clock.now(), isSound);
    this.#wait();
  }

  /** What the balancers say by now, as ECS looks at it. */
  tick(): void {
    for (const { id, phase, targets } of this.#service.tasks) {
      const task = this.#processes.get(id);
      if (task === undefined) continue;
      const seen = this.#options.seenBy(task);
      if (phase === 'deregistering' && seen !== 'draining') this.#dispatch({ kind: 'drained', task: id });
      if (phase !== 'running') continue;
      const told = seen === 'draining' ? 'absent' : seen;
      if (told !== targets) this.#dispatch({ kind: 'checked', task: id, targets: told });
    }
  }

  #deploy(now: number, isSound = true): void {
    this.#names += 1;
    const revision: Revision = {
      arn: `web-tier:${this.#names}`,
      hasHealthCheck: false,
      stopTimeoutMs: STOP_TIMEOUT_MS,
    };
    if (!isSound) this.#badRevisions.add(revision.arn);
    this.#step({ kind: 'updated', config: this.#service.config, revision, force: false }, now);
  }

  #dispatch(input: Input): void {
    this.#step(input, this.#options.clock.now());
    this.#wait();
  }

  /** @returns what ECS does then */
  #step(input: Input, now: number): readonly Effect[] {
    const { state, effects } = transition(this.#service, input, {
      now,
      timings: AWS_TIMINGS,
      newTaskId: () => `task-${(this.#names += 1)}`,
      newDeploymentId: () => `ecs-svc/${(this.#names += 1)}`,
    });
    this.#service = state;
    if (now === this.#options.clock.now()) for (const effect of effects) this.#carryOut(effect);
    return effects;
  }

  #wait(): void {
    const { clock } = this.#options;
    this.#cancelDue();
    const dueAt = nextDueAt(this.#service, clock.now(), AWS_TIMINGS);
    if (dueAt === null) return;
    this.#cancelDue = clock.at(Math.max(dueAt, clock.now() + 1), () => this.#dispatch({ kind: 'tick' }));
  }

  #carryOut(effect: Effect): void {
    const { rare, onDeregistered } = this.#options;
    switch (effect.kind) {
      case 'start':
        this.#start(effect.task.id, effect.task.az);
        break;
      case 'deregister':
        this.#withProcess(effect.task, (task) => {
          task.isLeaving = true;
          onDeregistered(task);
        });
        break;
      case 'terminate':
        this.#terminate(effect.task);
        break;
      case 'kill':
        this.#exitIn(KILL_MS, effect.task);
        break;
      case 'stopped':
        this.#stopped(effect.task.id);
        break;
      case 'deployment':
        rare(`ecs: ${effect.event}`);
        break;
      default:
        break;
    }
  }

  #start(id: string, az: string): void {
    const { clock, random } = this.#options;
    clock.after(random.between(BOOT_MS.min, BOOT_MS.max), () => {
      if (this.isLost(az)) {
        this.#options.rare('ecs: a task could not start in a zone that is gone');
        this.#dispatch({ kind: 'start-failed', task: id, why: `no capacity in ${az}` });
        return;
      }
      if (!this.#service.tasks.some((task) => task.id === id && task.phase === 'pending')) return;
      const listensAt = clock.now() + random.between(LISTENS_MS.min, LISTENS_MS.max);
      const task = this.#launch(id, az, listensAt);
      this.#dispatch({ kind: 'started', task: id });
      this.#options.onChanged(task, 'RUNNING');
    });
  }

  #launch(id: string, az: string, listensAt: number): Task {
    const revision = this.#service.tasks.find((task) => task.id === id)?.revision.arn ?? '';
    const isSound = !this.#badRevisions.has(revision);
    const task = this.#addresses.newTask({ id, az, isSound, listensAt }, this.all);
    this.#processes.set(id, task);
    this.#options.onRegistered(task);
    return task;
  }

  /** One that hangs does not hear it, and is killed later. */
  #terminate(id: string): void {
    const task = this.#processes.get(id);
    const isHeard = task === undefined || !this.#isHung(task);
    if (isHeard) this.#exitIn(this.#options.random.between(EXIT_MS.min, EXIT_MS.max), id);
  }

  /** One that has died before, or never came up, is as good as ended. */
  #exitIn(ms: number, id: string): void {
    this.#options.clock.after(ms, () => {
      if (!this.kill(this.#processes.get(id) ?? null)) this.#dispatch({ kind: 'exited', task: id });
    });
  }

  #stopped(id: string): void {
    this.#withProcess(id, (task) => {
      this.#processes.delete(id);
      task.isDead = true;
      this.#options.onChanged(task, 'STOPPED');
    });
  }

  #withProcess(id: string, then: (task: Task) => void): void {
    const task = this.#processes.get(id);
    if (task !== undefined) then(task);
  }
}

function startedBy(effect: Effect): readonly { readonly id: string; readonly az: string }[] {
  return effect.kind === 'start' ? [effect.task] : [];
}
