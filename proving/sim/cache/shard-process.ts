/** One process of a cache server: it executes one command after the other, hangs, and dies. */

import type { SimClock } from '../kernel/index.ts';
import type { ShardStore } from './shard-store.ts';

export interface ShardProcessOptions {
  readonly clock: SimClock;
  readonly shard: number;
  readonly incarnation: string;
  readonly store: ShardStore;
}

export class ShardProcess {
  readonly shard: number;
  /** Its `run_id`: no two processes ever have the same. */
  readonly incarnation: string;
  readonly store: ShardStore;
  /** Every answer takes this much longer. */
  slowMs = 0;
  readonly #clock: SimClock;
  #isAlive = true;
  #isHung = false;
  #waiting: (() => void)[] = [];
  readonly #onDeath = new Set<() => void>();

  constructor({ clock, shard, incarnation, store }: ShardProcessOptions) {
    this.#clock = clock;
    this.shard = shard;
    this.incarnation = incarnation;
    this.store = store;
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  get isHung(): boolean {
    return this.#isHung;
  }

  /** What has reached its socket is executed, however late, whether or not anybody waits for it still. */
  take(command: () => void): void {
    if (this.slowMs > 0) this.#clock.after(this.slowMs, () => this.#execute(command));
    else this.#execute(command);
  }

  hang(): void {
    this.#isHung = true;
  }

  goOn(): void {
    this.#isHung = false;
    for (const command of this.#waiting.splice(0)) this.#execute(command);
  }

  die(): void {
    if (!this.#isAlive) return;
    this.#isAlive = false;
    this.#waiting = [];
    for (const tell of this.#onDeath) tell();
    this.#onDeath.clear();
  }

  /** @returns ends the interest */
  onDeath(tell: () => void): () => void {
    this.#onDeath.add(tell);
    return () => this.#onDeath.delete(tell);
  }

  #execute(command: () => void): void {
    if (!this.#isAlive) return;
    if (this.#isHung) this.#waiting.push(command);
    else command();
  }
}
