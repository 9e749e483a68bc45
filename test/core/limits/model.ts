/** A service with a number of slots, in steps of 1 ms: what arrives waits for the gate, then for a slot. */

import type { Limit } from '../../../core/limits/index.ts';

export interface Service {
  readonly slots: number;
  readonly serviceMs: number;
}

export interface Load {
  /** Requests a millisecond; fractions add up. */
  readonly perMs: number;
  readonly ms: number;
}

export interface Ran {
  readonly answered: number;
  readonly limit: number;
  /** The longest wait behind the gate, in ms. */
  readonly queueMsMax: number;
}

interface Job {
  readonly at: number;
  readonly inFlight: number;
  began: number | null;
}

/** Everything beyond the limit is turned away at the gate. */
export class World<State> {
  now = 0;
  #state: State;
  #arrived = 0;
  readonly #limit: Limit<State>;
  readonly #jobs: Job[] = [];
  service: Service;

  constructor(limit: Limit<State>, service: Service) {
    this.#limit = limit;
    this.#state = limit.initial;
    this.service = service;
  }

  get limit(): number {
    return this.#limit.concurrency(this.#state);
  }

  run({ perMs, ms }: Load): Ran {
    let answered = 0;
    let queueMsMax = 0;
    for (const end = this.now + ms; this.now < end; this.now += 1) {
      for (this.#arrived += perMs; this.#arrived >= 1; this.#arrived -= 1) {
        if (this.#jobs.length >= this.limit) continue;
        this.#jobs.push({ at: this.now, inFlight: this.#jobs.length + 1, began: null });
      }
      for (const job of this.#jobs.slice(0, this.service.slots)) job.began ??= this.now;
      const done = this.#jobs.filter(
        ({ began }) => began !== null && this.now - began >= this.service.serviceMs,
      );
      for (const job of done) {
        this.#jobs.splice(this.#jobs.indexOf(job), 1);
        const queueMs = job.began! - job.at;
        queueMsMax = Math.max(queueMsMax, queueMs);
        answered += 1;
        const finished = { serviceMs: this.now - job.at, queueMs, inFlight: job.inFlight, dropped: false };
        this.#state = this.#limit.next(this.#state, finished, this.now);
      }
    }
    return { answered, limit: this.limit, queueMsMax };
  }
}
