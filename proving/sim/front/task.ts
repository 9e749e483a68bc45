/** One task of the web tier: a process at an address, and what befalls it. */

import { PORT, type FrontSite } from './site.ts';

/** What befalls a task. */
export interface TaskState {
  hung: boolean;
  /** Answers are late by so much. */
  slowMs: number;
  /** The health path answers, everything else fails. */
  gray: boolean;
  /** The health path fails, everything else answers. */
  deaf: boolean;
}

export interface Task {
  /** As ECS calls it. */
  readonly id: string;
  /** Faults name tasks by it, from 0: slots go round the zones, and a task has the first of its zone that is free. */
  readonly slot: number;
  readonly az: string;
  readonly address: string;
  readonly memberId: string;
  /** Listens from then on. */
  readonly listensAt: number;
  /** False for one of a version that never passes a check, and answers nothing. */
  readonly isSound: boolean;
  readonly state: TaskState;
  isDead: boolean;
  /** ECS is about to end it: it takes no new requests. */
  isLeaving: boolean;
}

export class Addresses {
  readonly #site: FrontSite;
  #count = 0;

  constructor(site: FrontSite) {
    this.#site = site;
  }

  /** A process beside those that are there. */
  newTask(made: Pick<Task, 'id' | 'az' | 'isSound' | 'listensAt'>, beside: readonly Task[]): Task {
    const { az, isSound } = made;
    const { zones } = this.#site;
    const zone = zones.indexOf(az);
    this.#count += 1;
    const address = `10.0.${zone}.${this.#count}`;
    const taken = new Set(beside.map(({ slot }) => slot));
    let slot = zone;
    while (taken.has(slot)) slot += zones.length;
    return {
      ...made,
      slot,
      address,
      memberId: `${address}:${PORT}`,
      state: { hung: false, slowMs: 0, gray: !isSound, deaf: !isSound },
      isDead: false,
      isLeaving: false,
    };
  }
}
