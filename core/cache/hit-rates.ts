/**
 * Which part of the read budget is open to the loads of each shard. After a shard has lost its data every read of its
 * keys is a load; were all of them let through, the others' few misses would wait behind them. So a shard that is
 * colder than the others has a smaller share, and gets it back as its hits come back.
 */

export interface WarmthLimits {
  /** The share of a shard without any hit. Above 0, at most 1. @default 0.5 */
  readonly shareMin: number;
  /** A shard is warm with this part of the hit ratio of the others. Above 0, at most 1. @default 0.8 */
  readonly warmRatio: number;
  /** With fewer reads than that a shard counts as warm. @default 20 */
  readonly readsMin: number;
  /** Memory of reads, in ms. @default 5000 */
  readonly memoryMs: number;
}

export const WARMTH_DEFAULTS: WarmthLimits = {
  shareMin: 0.5,
  warmRatio: 0.8,
  readsMin: 20,
  memoryMs: 5000,
};

export interface Reads {
  readonly reads: number;
  readonly hits: number;
}

/** The share, above 0 to 1, and the numbers that it was decided from. */
export interface Warmth {
  readonly share: number;
  /** Null with too few reads. */
  readonly hitRatio: number | null;
  /** Of all other shards together; null where nobody reads them. */
  readonly hitRatioOfOthers: number | null;
}

/** Grows with the hits of the shard. Of several shards, the one with the highest hit ratio has a share of 1. */
export function warmthOf(own: Reads, others: Reads, limits: WarmthLimits): Warmth {
  const hitRatio = own.reads >= limits.readsMin ? own.hits / own.reads : null;
  const hitRatioOfOthers = others.reads > 0 ? others.hits / others.reads : null;
  const warmAt = (hitRatioOfOthers ?? 0) * limits.warmRatio;
  const isWarm = hitRatio === null || hitRatio >= warmAt;
  const share = isWarm ? 1 : limits.shareMin + (1 - limits.shareMin) * (hitRatio / warmAt);
  return { share, hitRatio, hitRatioOfOthers };
}

/** What is remembered fades in steps of this part of the memory. */
const FADE_STEP = 0.125;

/** Reads and hits of every shard, of late. */
export class HitRates {
  readonly #limits: WarmthLimits;
  readonly #reads: Float64Array;
  readonly #hits: Float64Array;
  #allReads = 0;
  #allHits = 0;
  #fadedAt = Number.NEGATIVE_INFINITY;

  constructor(shards: number, limits: WarmthLimits) {
    this.#limits = limits;
    this.#reads = new Float64Array(shards);
    this.#hits = new Float64Array(shards);
  }

  /** @param now monotonic ms */
  note(shard: number, isHit: boolean, now: number): void {
    if (now - this.#fadedAt >= this.#limits.memoryMs * FADE_STEP) this.#fade(now);
    this.#reads[shard]! += 1;
    this.#allReads += 1;
    if (!isHit) return;
    this.#hits[shard]! += 1;
    this.#allHits += 1;
  }

  /** The shard has lost its data, so its hits of before say nothing any more. */
  emptied(shard: number): void {
    this.#allHits -= this.#hits[shard]!;
    this.#hits[shard] = 0;
  }

  warmth(shard: number): Warmth {
    const reads = this.#reads[shard]!;
    const hits = this.#hits[shard]!;
    // Rounding may leave a little less than nothing.
    const others = { reads: Math.max(0, this.#allReads - reads), hits: Math.max(0, this.#allHits - hits) };
    return warmthOf({ reads, hits }, others, this.#limits);
  }

  #fade(now: number): void {
    const isFirst = this.#fadedAt === Number.NEGATIVE_INFINITY;
    const kept = isFirst ? 1 : Math.exp((this.#fadedAt - now) / this.#limits.memoryMs);
    this.#fadedAt = now;
    this.#allReads = 0;
    this.#allHits = 0;
    for (let shard = 0; shard < this.#reads.length; shard += 1) {
      this.#reads[shard]! *= kept;
      this.#hits[shard]! *= kept;
      this.#allReads += this.#reads[shard]!;
      this.#allHits += this.#hits[shard]!;
    }
  }
}
