/** A service with a number of slots, in steps of 1 ms: what arrives waits at the gate, then for a slot. */

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
  readonly behindMsMax: number;
}

interface Job {
  readonly arrived: number;
  readonly entered: number;
  readonly inFlight: number;
  began: number | null;
}

/** Requests that may wait at the gate. Everything beyond is turned away. */
const WAITERS_MAX = 50;

export class World<State> {
  now = 0;
  #state: State;
  #owed = 0;
  readonly #limit: Limit<State>;
  readonly #waiters: number[] = [];
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
    let behindMsMax = 0;
    for (const end = this.now + ms; this.now < end; this.now += 1) {
      for (this.#owed += perMs; this.#owed >= 1; this.#owed -= 1) {
        if (this.#waiters.length < WAITERS_MAX) this.#waiters.push(this.now);
      }
      this.#enter();
      for (const job of this.#jobs.slice(0, this.service.slots)) job.began ??= this.now;
      for (const job of this.#jobs.filter((one) => this.#isDone(one))) {
        this.#jobs.splice(this.#jobs.indexOf(job), 1);
        behindMsMax = Math.max(behindMsMax, job.began! - job.entered);
        answered += 1;
        this.#finish(job);
      }
    }
    return { answered, limit: this.limit, behindMsMax };
  }

  #enter(): void {
    while (this.#waiters.length > 0 && this.#jobs.length < this.limit) {
      const arrived = this.#waiters.shift()!;
      this.#jobs.push({ arrived, entered: this.now, inFlight: this.#jobs.length + 1, began: null });
    }
  }

  #isDone({ began }: Job): boolean {
    return began !== null && this.now - began >= this.service.serviceMs;
  }

  #finish({ arrived, entered, began, inFlight }: Job): void {
    const finished = {
      serviceMs: this.now - entered,
      queueMs: entered - arrived,
      behindMs: began! - entered,
      inFlight,
      dropped: false,
    };
    this.#state = this.#limit.next(this.#state, finished, this.now);
  }
}
