/** The tasks of the web tier, one a slot: ECS starts another in the place of one that is gone. */

import type { Random, SimClock } from '../kernel/index.ts';
import { PORT, type FrontSite } from './site.ts';

export interface Task {
  readonly slot: number;
  readonly az: string;
  readonly address: string;
  readonly memberId: string;
  /** Listens from then on. */
  readonly listensAt: number;
  isDead: boolean;
}

/** What befalls whichever task stands in a slot. */
export interface SlotState {
  hung: boolean;
  /** Answers are late by so much. */
  slowMs: number;
  /** The health path answers, everything else fails. */
  gray: boolean;
  /** The health path fails, everything else answers. */
  deaf: boolean;
}

/** From the end of a task until ECS knows, and from then until the next one listens. */
const NOTICED_MS = { min: 500, max: 2500 } as const;
const STARTED_MS = { min: 6000, max: 15_000 } as const;

export interface TasksOptions {
  readonly clock: SimClock;
  readonly random: Random;
  readonly site: FrontSite;
  /** ECS has seen that the task is gone. */
  readonly onGone: (task: Task) => void;
  /** ECS has started a task that listens. */
  readonly onStarted: (task: Task) => void;
}

export class Tasks {
  readonly states: readonly SlotState[];
  readonly #options: TasksOptions;
  readonly #tasks: (Task | null)[] = [];
  readonly #lostZones = new Set<string>();
  #addresses = 0;

  constructor(options: TasksOptions) {
    this.#options = options;
    const count = options.site.zones.length * options.site.tasksPerZone;
    this.states = Array.from({ length: count }, () => {
      return { hung: false, slowMs: 0, gray: false, deaf: false };
    });
    for (let slot = 0; slot < count; slot += 1) this.#start(slot, 0);
  }

  get all(): readonly Task[] {
    return this.#tasks.filter((task) => task !== null);
  }

  at(slot: number): Task | null {
    return this.#tasks[slot] ?? null;
  }

  byMember(memberId: string): Task | null {
    return this.all.find((task) => task.memberId === memberId) ?? null;
  }

  zoneOf(slot: number): string {
    return this.#options.site.zones[slot % this.#options.site.zones.length]!;
  }

  isLost(zone: string): boolean {
    return this.#lostZones.has(zone);
  }

  /** Nothing starts in a zone that is lost. */
  loseZone(zone: string, isLost: boolean): void {
    if (isLost) this.#lostZones.add(zone);
    else if (this.#lostZones.delete(zone)) {
      for (const slot of this.states.keys()) {
        if (this.zoneOf(slot) === zone && this.#tasks[slot] === null) this.#startLater(slot);
      }
    }
  }

  /** @returns whether there was a task to die */
  kill(slot: number): boolean {
    const task = this.#tasks[slot];
    if (task === null || task === undefined || task.isDead) return false;
    task.isDead = true;
    const { clock, random } = this.#options;
    clock.after(random.between(NOTICED_MS.min, NOTICED_MS.max), () => this.#gone(task));
    return true;
  }

  /** It runs, listens and is not held up. */
  isUp(task: Task): boolean {
    const { hung } = this.states[task.slot]!;
    return !task.isDead && !hung && this.#options.clock.now() >= task.listensAt;
  }

  #gone(task: Task): void {
    this.#tasks[task.slot] = null;
    this.#options.onGone(task);
    this.#startLater(task.slot);
  }

  #startLater(slot: number): void {
    if (this.isLost(this.zoneOf(slot))) return;
    this.#start(slot, this.#options.random.between(STARTED_MS.min, STARTED_MS.max));
  }

  #start(slot: number, ms: number): void {
    const { clock, onStarted } = this.#options;
    this.#addresses += 1;
    const az = this.zoneOf(slot);
    const zone = this.#options.site.zones.indexOf(az);
    const address = `10.0.${zone}.${this.#addresses}`;
    const task: Task = {
      slot,
      az,
      address,
      memberId: `${address}:${PORT}`,
      listensAt: clock.now() + ms,
      isDead: false,
    };
    this.#tasks[slot] = task;
    clock.after(ms, () => {
      if (!task.isDead) onStarted(task);
    });
  }
}
