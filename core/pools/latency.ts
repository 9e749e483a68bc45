/**
 * When a second attempt is worth starting: once the first is later than the pool's own recent answers explain.
 * Source of the idea: Dean and Barroso, The Tail at Scale (a second request after the expected 95th percentile).
 */

const SAMPLES_MAX = 128;
const RECOMPUTE_EVERY = 16;

/** The last answers of one member. Keeps 128, recomputes the percentile once in 16: cheap on the hot path. */
export class LatencyWindow {
  readonly #samples: number[] = [];
  #next = 0;
  #since = 0;
  #p95: number | null = null;

  add(ms: number): void {
    this.#samples[this.#next] = ms;
    this.#next = (this.#next + 1) % SAMPLES_MAX;
    this.#since += 1;
    if (this.#p95 === null || this.#since >= RECOMPUTE_EVERY) this.#recompute();
  }

  /** 95th percentile in ms; null before the first answer. */
  get p95(): number | null {
    return this.#p95;
  }

  #recompute(): void {
    const sorted = [...this.#samples].sort((a, b) => a - b);
    this.#p95 = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * 0.95))] ?? null;
    this.#since = 0;
  }
}

export interface SecondAttemptLimits {
  /** Never earlier than this. @default 8 */
  readonly msMin: number;
  /** Never later than this, and the wait where no latency is known yet. @default 250 */
  readonly msMax: number;
  /** Times the 95th percentile. @default 2 */
  readonly factor: number;
}

export const SECOND_ATTEMPT_DEFAULTS: SecondAttemptLimits = { msMin: 8, msMax: 250, factor: 2 };

/**
 * How long to wait for the first answer. Measured by the member that answers fastest: a slow member must not
 * teach the pool that slow is normal, while a pool that is slow as a whole does.
 */
export function secondAttemptMs(p95s: Iterable<number | null>, limits: SecondAttemptLimits): number {
  let fastest = Infinity;
  for (const p95 of p95s) if (p95 !== null && p95 < fastest) fastest = p95;
  if (fastest === Infinity) return limits.msMax;
  return Math.min(limits.msMax, Math.max(limits.msMin, limits.factor * fastest));
}

/** Time in which an estimate forgets most of what it knew. */
const FORGET_MS = 5000;
/** Share of one answer in the estimate, at least: many answers at one moment must count as well. */
const ANSWER_SHARE_MIN = 0.05;

/**
 * What the next answer of one member will take: the mean of its answers, of which the older ones count less. By time
 * and not by number, so that a member that is asked rarely is not judged by what was long ago.
 */
export class LatencyEstimate {
  #ms: number;
  #at: number;

  /** @param ms what is assumed before the first answer */
  constructor(ms: number, now: number) {
    this.#ms = ms;
    this.#at = now;
  }

  get ms(): number {
    return this.#ms;
  }

  add(ms: number, now: number): void {
    const share = Math.max(ANSWER_SHARE_MIN, 1 - Math.exp(-(now - this.#at) / FORGET_MS));
    this.#ms += share * (ms - this.#ms);
    this.#at = now;
  }
}
