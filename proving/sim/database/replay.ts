/** What a reader has replayed: all that storage holds but for a small lag, unless something holds it back. */

import type { Random, SimClock } from '../kernel/index.ts';
import type { SimStorage } from './storage.ts';

/** How far a healthy reader trails. Aurora: usually much less than 100 ms. */
const LAG_MS = { min: 8, max: 30 } as const;
/** What a reader takes to replay all that it missed. */
const CATCH_UP_MS = { min: 50, max: 500 } as const;

export type HeldBy = 'freeze' | 'pause' | 'death';

export interface ReplayOptions {
  readonly clock: SimClock;
  readonly random: Random;
  readonly storage: SimStorage;
}

export class Replay {
  readonly #options: ReplayOptions;
  readonly #lagMs: number;
  readonly #heldBy = new Set<HeldBy>();
  #position = 0;
  #runsFrom = 0;

  constructor(options: ReplayOptions) {
    this.#options = options;
    this.#lagMs = options.random.between(LAG_MS.min, LAG_MS.max);
  }

  get position(): number {
    const { clock, storage } = this.#options;
    const runs = this.#heldBy.size === 0 && clock.now() >= this.#runsFrom;
    if (runs) this.#position = Math.max(this.#position, storage.positionAt(clock.now() - this.#lagMs));
    return this.#position;
  }

  hold(by: HeldBy): void {
    this.#position = this.position;
    this.#heldBy.add(by);
  }

  release(by: HeldBy): void {
    if (!this.#heldBy.delete(by)) return;
    const { clock, random } = this.#options;
    this.#runsFrom = clock.now() + random.between(CATCH_UP_MS.min, CATCH_UP_MS.max);
  }

  /** A new process has all that is stored, and nothing holds it. */
  restart(): void {
    this.#heldBy.clear();
    this.#position = this.#options.storage.durable;
    this.#runsFrom = this.#options.clock.now();
  }
}
