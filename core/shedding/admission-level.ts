/**
 * The rank up to which requests are admitted. It moves once a window: down while requests wait too long before
 * their work begins, up again slowly while they do not. How far is read from the requests of the window, so that a
 * step takes a share of the load and not a share of the ranks.
 * Source: DAGOR, SoCC 2018, section 4.2.3: 5 % less after a window under overload, 1 % more after one without.
 */

import { InvalidInput, type Fault } from '../errors.ts';
import { RANKS } from './rank.ts';

export interface AdmissionOptions {
  /** @default 1000 */
  readonly windowMs: number;
  /** A window also ends after this many requests. @default 2000 */
  readonly windowRequests: number;
  /** An average wait above this is overload, in ms. @default 20 */
  readonly queueMsMax: number;
  /** Share of the admitted requests to admit less after a window under overload. @default 0.05 */
  readonly decrease: number;
  /** Share of all requests to admit more after a window without. @default 0.01 */
  readonly increase: number;
}

export const ADMISSION_DEFAULTS: AdmissionOptions = {
  windowMs: 1000,
  windowRequests: 2000,
  queueMsMax: 20,
  decrease: 0.05,
  increase: 0.01,
};

export interface AdmissionStatus {
  /** Ranks below this are admitted; `RANKS` when nothing is shed. */
  readonly level: number;
  /** The last whole window was under overload. */
  readonly overloaded: boolean;
  readonly admitted: number;
  readonly shed: number;
}

export class AdmissionLevel {
  readonly #options: AdmissionOptions;
  /** Requests of this window by rank. */
  readonly #seen = new Uint32Array(RANKS);
  #level = RANKS;
  #overloaded = false;
  #windowFrom: number | null = null;
  #requests = 0;
  #queueMs = 0;
  #began = 0;
  #admitted = 0;
  #shed = 0;

  /** Throws `invalid-input` for options that make no sense. */
  constructor(options: Partial<AdmissionOptions> = {}) {
    this.#options = { ...ADMISSION_DEFAULTS, ...options };
    check(this.#options);
  }

  /** Decides one request; false when it is shed. `nowMs` is monotonic. */
  admit(rank: number, nowMs: number): boolean {
    this.#turn(nowMs);
    this.#seen[rank] = (this.#seen[rank] ?? 0) + 1;
    this.#requests += 1;
    const isAdmitted = rank < this.#level;
    if (isAdmitted) this.#admitted += 1;
    else this.#shed += 1;
    return isAdmitted;
  }

  /** An admitted request begins its work after a wait of `queueMs`, or was given up after it. */
  began(queueMs: number): void {
    this.#queueMs += queueMs;
    this.#began += 1;
  }

  describe(): AdmissionStatus {
    return {
      level: this.#level,
      overloaded: this.#overloaded,
      admitted: this.#admitted,
      shed: this.#shed,
    };
  }

  #turn(nowMs: number): void {
    const { windowMs, windowRequests, queueMsMax, decrease, increase } = this.#options;
    this.#windowFrom ??= nowMs;
    const isOver = nowMs - this.#windowFrom >= windowMs || this.#requests >= windowRequests;
    if (!isOver) return;
    this.#overloaded = this.#began > 0 && this.#queueMs / this.#began > queueMsMax;
    const admitted = this.#below(this.#level);
    const wanted = this.#overloaded ? admitted * (1 - decrease) : admitted + this.#requests * increase;
    this.#level = this.#levelFor(wanted, nowMs - this.#windowFrom >= 2 * windowMs);
    this.#seen.fill(0);
    this.#windowFrom = nowMs;
    this.#requests = 0;
    this.#queueMs = 0;
    this.#began = 0;
  }

  #below(level: number): number {
    let count = 0;
    for (let rank = 0; rank < level; rank += 1) count += this.#seen[rank]!;
    return count;
  }

  /** The highest level that admits at most `wanted` requests like those of the window; never nobody. */
  #levelFor(wanted: number, wasPaused: boolean): number {
    // Nobody came for a whole window, so whatever stood in the queue is gone.
    if (wasPaused) return RANKS;
    let count = 0;
    let lowest = RANKS;
    for (let rank = 0; rank < RANKS; rank += 1) {
      const seen = this.#seen[rank]!;
      if (seen > 0) lowest = Math.min(lowest, rank);
      if (count + seen > wanted)
        return this.#overloaded ? Math.max(rank, lowest + 1) : Math.max(rank, this.#level);
      count += seen;
    }
    return RANKS;
  }
}

function check({ windowMs, windowRequests, queueMsMax, decrease, increase }: AdmissionOptions): void {
  const faults: Fault[] = [];
  const fault = (field: string, value: number, rule: string, fix: string): void =>
    void faults.push({ field, value, rule, fix });
  if (!(windowMs > 0)) fault('windowMs', windowMs, 'must be above 0 ms', '1000');
  if (!(windowRequests >= 1)) fault('windowRequests', windowRequests, 'must be 1 or more', '2000');
  if (!(queueMsMax > 0)) fault('queueMsMax', queueMsMax, 'must be above 0 ms', '20');
  if (!(decrease > 0 && decrease < 1)) fault('decrease', decrease, 'must be above 0 and below 1', '0.05');
  if (!(increase > 0 && increase < 1)) fault('increase', increase, 'must be above 0 and below 1', '0.01');
  if (faults.length > 0) throw new InvalidInput('The admission level', faults);
}
