/** Calls at every invocation time of a rate schedule, on the wall clock; never scaled by the pace. */

import { type RateSchedule, dueInvocation, nextInvocation } from '../../twin/scheduler/index.ts';
import type { World } from '../kernel/index.ts';

/** The longest wait a timer of the runtime can hold; longer ones are taken in pieces. */
const WAIT_MS_MAX = 2 ** 31 - 1;

export class RateTimer {
  readonly schedule: RateSchedule;
  readonly #world: World;
  readonly #invoke: (scheduledAt: number) => void;
  #handled: number | null = null;
  #timer: NodeJS.Timeout | undefined;

  constructor(world: World, schedule: RateSchedule, invoke: (scheduledAt: number) => void) {
    this.schedule = schedule;
    this.#world = world;
    this.#invoke = invoke;
    this.#arm();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #arm(): void {
    const next = nextInvocation(this.schedule, this.#handled ?? this.schedule.startAt - 1);
    if (next === null) return;
    const wait = Math.max(0, Math.min(WAIT_MS_MAX, next - this.#world.now()));
    this.#timer = setTimeout(() => this.#wake(), wait);
    this.#timer.unref();
  }

  #wake(): void {
    const due = dueInvocation(this.schedule, this.#handled, this.#world.now());
    if (due !== null) {
      this.#handled = due;
      this.#invoke(due);
    }
    this.#arm();
  }
}
