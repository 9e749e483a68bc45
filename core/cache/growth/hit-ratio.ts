/**
 * The share of reads that are hits, in all processes together, from the counts that they tell with each renewal. A
 * miss counts whatever its reason, so this is what the users of the cache see.
 */

export interface HolderReads {
  readonly id: string;
  readonly hits: number;
  readonly misses: number;
}

export interface ReadsSample {
  readonly at: number;
  readonly holders: readonly HolderReads[];
}

export interface HitRatio {
  /** 0 to 1; null with fewer reads than can be judged by. */
  readonly ratio: number | null;
  readonly reads: number;
}

/** Fewer reads than that say nothing. */
export const READS_MIN = 50;

/** Between two samples, over the processes that are in both. One that restarted in between has another id. */
export function hitRatioBetween(before: ReadsSample, after: ReadsSample): HitRatio {
  const known = new Map(before.holders.map((holder) => [holder.id, holder]));
  let hits = 0;
  let reads = 0;
  for (const holder of after.holders) {
    const earlier = known.get(holder.id);
    if (!earlier || holder.hits < earlier.hits || holder.misses < earlier.misses) continue;
    hits += holder.hits - earlier.hits;
    reads += holder.hits - earlier.hits + holder.misses - earlier.misses;
  }
  return { ratio: reads < READS_MIN ? null : hits / reads, reads };
}

/** The last samples, and the lowest ratio since it was reset. */
export class HitWindow {
  readonly #windowMs: number;
  #samples: ReadsSample[] = [];
  #lowest: number | null = null;

  /** @param windowMs over how long a ratio is taken */
  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  note(sample: ReadsSample): void {
    this.#samples.push(sample);
    const from = sample.at - this.#windowMs;
    while (this.#samples.length > 1 && this.#samples[1]!.at <= from) this.#samples.shift();
    const { ratio } = this.ratio;
    if (ratio !== null && this.#isFull) this.#lowest = Math.min(this.#lowest ?? 1, ratio);
  }

  /** Over one window, as far as there are samples. */
  get ratio(): HitRatio {
    const [first] = this.#samples;
    const last = this.#samples.at(-1);
    return first && last ? hitRatioBetween(first, last) : { ratio: null, reads: 0 };
  }

  /** The lowest ratio over one window; null for none. */
  get lowest(): number | null {
    return this.#lowest;
  }

  get isFull(): boolean {
    return this.#isFull;
  }

  /** Forgets the lowest, and nothing else. */
  reset(): void {
    this.#lowest = null;
  }

  get #isFull(): boolean {
    const [first] = this.#samples;
    const last = this.#samples.at(-1);
    return first !== undefined && last !== undefined && last.at - first.at >= this.#windowMs;
  }
}
