/**
 * The cluster's storage, which outlives every engine. It takes a commit only from the engine of the current
 * generation: that is the fence. What it has taken, every engine sees in the same order.
 */

import type { SimClock } from '../kernel/index.ts';
import type { Commit } from '../model.ts';
import type { StorageDefect } from './types.ts';

/** Under the defect `asynchronous`, how long a commit is on its way to storage. */
const SHIPPING_MS = 300;

export interface CommitAttempt {
  readonly id: string;
  readonly memberId: string;
  readonly generation: number;
  /** The engine's own position. */
  readonly position: number;
  /** The answer reaches whoever asked for the commit. */
  readonly told: boolean;
  /** False once the engine's process is gone: what was on its way goes with it. */
  readonly isAlive: () => boolean;
}

export class SimStorage {
  /** Every attempt to commit, oldest first. One that was refused has its engine's own, unchanged position. */
  readonly commits: Commit[] = [];
  readonly #clock: SimClock;
  readonly #defect: StorageDefect | null;
  readonly #onStored: (id: string, position: number) => void;
  readonly #times: number[] = [];
  /** Where each write was stored first, and how often. */
  readonly #stored = new Map<string, { position: number; times: number }>();
  #generation = 1;
  #isFenced = false;

  constructor(
    clock: SimClock,
    defect: StorageDefect | null,
    onStored: (id: string, position: number) => void = () => undefined,
  ) {
    this.#clock = clock;
    this.#defect = defect;
    this.#onStored = onStored;
  }

  get generation(): number {
    return this.#generation;
  }

  get hasFence(): boolean {
    return this.#defect !== 'unfenced';
  }

  get durable(): number {
    return this.#times.length;
  }

  /** From here on nothing is taken, until the next generation begins or this one goes on. */
  fence(): void {
    this.#isFenced = true;
  }

  /** The fence opens for one promoted engine. */
  beginGeneration(): number {
    this.#generation += 1;
    this.#isFenced = false;
    return this.#generation;
  }

  /** The fence opens for the writer of before, started anew. */
  resumeGeneration(): void {
    this.#isFenced = false;
  }

  /** An engine of this generation may commit. */
  takes(generation: number): boolean {
    return this.#isCurrent(generation) || !this.hasFence;
  }

  /** False when the fence refused it; then it had no effect. */
  commit(attempt: CommitAttempt): boolean {
    if (!this.takes(attempt.generation)) {
      this.#log(attempt, attempt.position, false);
      return false;
    }
    if (!this.#isCurrent(attempt.generation)) {
      this.#log(attempt, attempt.position + 1, attempt.told);
      return true;
    }
    if (this.#defect === 'asynchronous') {
      this.#clock.after(SHIPPING_MS, () => {
        if (attempt.isAlive() && this.#isCurrent(attempt.generation)) this.#store(attempt.id);
      });
      this.#log(attempt, this.durable + 1, attempt.told);
      return true;
    }
    this.#store(attempt.id);
    this.#log(attempt, this.durable, attempt.told);
    return true;
  }

  /** Where a write was stored first; null when it is not. */
  positionOf(id: string): number | null {
    return this.#stored.get(id)?.position ?? null;
  }

  timesStored(id: string): number {
    return this.#stored.get(id)?.times ?? 0;
  }

  /** What was durable at that time. */
  positionAt(time: number): number {
    let low = 0;
    let high = this.#times.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#times[middle]! <= time) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** For how long there has been something beyond this position; 0 when there is nothing. */
  waitingMs(position: number): number {
    const since = this.#times[position];
    return since === undefined ? 0 : this.#clock.now() - since;
  }

  #isCurrent(generation: number): boolean {
    return generation === this.#generation && !this.#isFenced;
  }

  #store(id: string): void {
    this.#times.push(this.#clock.now());
    const known = this.#stored.get(id);
    if (known) known.times += 1;
    else this.#stored.set(id, { position: this.durable, times: 1 });
    this.#onStored(id, this.durable);
  }

  #log({ id, memberId, generation }: CommitAttempt, position: number, acknowledged: boolean): void {
    this.commits.push({ id, at: this.#clock.now(), memberId, generation, position, acknowledged });
  }
}
