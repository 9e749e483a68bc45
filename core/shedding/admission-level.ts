/**
 * The rank up to which requests are admitted while too many come: the one up to which as many come as the service
 * serves. It is read from what was seen, once in a short window: how many came of each rank, how often work began
 * while somebody waited all the time, which is what the service can do.
 *
 * Source: DAGOR, SoCC 2018, section 4.2, for the ranks and for the queue as the signal. It departs from it in how
 * the level moves. DAGOR takes 5 % off after a second of overload and gives 1 % back after one without, since a
 * server there knows its capacity by nothing else: from 10 times the load it needs a minute down and more up. Here
 * the level is set at once, and it only counts while a queue stands, so it is over with the queue.
 */

import { InvalidInput, type Fault } from '../errors.ts';
import { RANKS } from './rank.ts';

export interface AdmissionOptions {
  /** The level is set anew once in this time, in ms. @default 100 */
  readonly windowMs: number;
  /** A request that began after a longer wait means overload, in ms. @default 200 */
  readonly overloadMs: number;
  /** An average wait that is kept while requests are shed, so that no place is ever empty, in ms. @default 120 */
  readonly keptMs: number;
  /** A longer wait than what is kept is worked off in about this time, in ms. @default 2000 */
  readonly clearMs: number;
  /** Memory of what the service can do, in ms. @default 6000 */
  readonly capacityMs: number;
  /** Memory of who comes, in ms. @default 10 000 */
  readonly arrivalsMs: number;
}

export const ADMISSION_DEFAULTS: AdmissionOptions = {
  windowMs: 100,
  overloadMs: 200,
  keptMs: 120,
  clearMs: 2000,
  capacityMs: 6000,
  arrivalsMs: 10_000,
};

/** What can be seen of the queue when a request comes. */
export interface QueueView {
  /** How many wait. */
  readonly waiting: number;
  /** Nobody waits, and there is a place. */
  readonly isFree: boolean;
}

export interface AdmissionStatus {
  /** Ranks below this are admitted; `RANKS` when nothing is shed. */
  readonly level: number;
  /** Requests above the level are shed now. */
  readonly overloaded: boolean;
  readonly admitted: number;
  readonly shed: number;
}

/** What the service can do is known once it was seen at work for so long with somebody waiting, in ms. */
const CAPACITY_MS_MIN = 300;
/** Windows that are counted together to see that the load has changed. */
const RECENT = 3;
/** A change is one that chance makes this many standard deviations large. */
const DEVIATIONS = 4;

/** The refused are spread over this many seconds. */
const RETRY_S_MIN = 2;
const RETRY_S_MAX = 10;
/** Shares of requests that find somebody waiting. */
const COMES_AND_GOES = 0.75;
const HARDLY = 0.25;

interface Window {
  readonly ms: number;
  readonly count: number;
  /** Those that found somebody waiting. */
  readonly waiting: number;
}

export class AdmissionLevel {
  readonly #options: AdmissionOptions;
  /** Requests of this window by rank, and those of before, which fade. */
  readonly #seen = new Uint32Array(RANKS);
  readonly #came = new Float64Array(RANKS);
  #cameCount = 0;
  #cameMs = 0;
  readonly #recent: Window[] = [];
  #served = 0;
  #servedMs = 0;
  #began = 0;
  #asked = 0;
  #waiting = 0;
  #askedWaiting = 0;
  #level = RANKS;
  #overloaded = false;
  #windowFrom: number | null = null;
  #latest = Number.NEGATIVE_INFINITY;
  #admitted = 0;
  #shed = 0;
  #retries = 0;

  /** Throws `invalid-input` for options that make no sense. */
  constructor(options: Partial<AdmissionOptions> = {}) {
    this.#options = { ...ADMISSION_DEFAULTS, ...options };
    check(this.#options);
  }

  /**
   * Decides one request; false when it is shed. What finds a free place is never shed: it takes nothing from others.
   * @param nowMs monotonic; a clock that steps back is taken to stand still
   */
  admit(rank: number, nowMs: number, queue: QueueView): boolean {
    this.#latest = Math.max(this.#latest, nowMs);
    this.#windowFrom ??= this.#latest;
    const ms = this.#latest - this.#windowFrom;
    if (ms >= this.#options.windowMs) this.#turn(ms);
    if (queue.waiting > 0) this.#askedWaiting += 1;
    this.#waiting += queue.waiting;
    this.#asked += 1;
    this.#seen[rank] = (this.#seen[rank] ?? 0) + 1;
    const isAdmitted = rank < this.#level || queue.isFree || !this.#overloaded;
    if (isAdmitted) this.#admitted += 1;
    else this.#shed += 1;
    return isAdmitted;
  }

  /** Work began for an admitted request after a wait of `queueMs`. */
  began(queueMs: number): void {
    if (queueMs > this.#options.overloadMs) this.#overloaded = true;
    this.#began += 1;
  }

  /** Requests above the level are shed now. */
  get overloaded(): boolean {
    return this.#overloaded;
  }

  describe(): AdmissionStatus {
    return {
      level: this.#level,
      overloaded: this.#overloaded,
      admitted: this.#admitted,
      shed: this.#shed,
    };
  }

  /**
   * When to come again, in ms. The refused are spread over as many seconds as the service needs for those that come
   * in one, so that they do not all come back at once (F-27).
   */
  retryAfterMs(): number {
    const timesTooMany = this.#cameMs > 0 ? this.#cameCount / this.#cameMs / this.#capacity : 0;
    const seconds = Math.min(RETRY_S_MAX, Math.max(RETRY_S_MIN, Math.ceil(timesTooMany)));
    const turn = this.#retries % seconds;
    this.#retries += 1;
    return (1 + turn) * 1000;
  }

  #turn(ms: number): void {
    const { keptMs, clearMs } = this.#options;
    this.#measure(ms);
    this.#remember(ms);
    const queueMs = this.#waiting === 0 ? 0 : this.#waiting / this.#asked / this.#capacity;
    const share = Math.max(0, 1 - (queueMs - keptMs) / clearMs);
    this.#level = this.#levelFor(this.#capacity * share * this.#cameMs);
    if (this.#isOver()) this.#overloaded = false;
    this.#windowFrom = this.#latest;
    this.#began = 0;
    this.#asked = 0;
    this.#waiting = 0;
    this.#askedWaiting = 0;
  }

  /** Under overload as many begin as the service can do, for no place stays free. */
  #measure(ms: number): void {
    const faded = this.#overloaded ? Math.exp(-ms / this.#options.capacityMs) : 0;
    this.#served = this.#served * faded + (this.#overloaded ? this.#began : 0);
    this.#servedMs = this.#servedMs * faded + (this.#overloaded ? ms : 0);
  }

  /** Requests a millisecond that the service can do; Infinity while that is not known. */
  get #capacity(): number {
    return this.#servedMs < CAPACITY_MS_MIN ? Number.POSITIVE_INFINITY : this.#served / this.#servedMs;
  }

  #remember(ms: number): void {
    this.#recent.push({ count: this.#asked, ms, waiting: this.#askedWaiting });
    if (this.#recent.length > RECENT) this.#recent.shift();
    const recent = sum(this.#recent, 'count');
    const recentMs = sum(this.#recent, 'ms');
    const usual = this.#cameMs > 0 ? (this.#cameCount / this.#cameMs) * recentMs : recent;
    const isChange = Math.abs(recent - usual) > DEVIATIONS * Math.sqrt(Math.max(recent, usual));
    const hasChanged = isChange && this.#cameCount > 0;
    // Who comes is as before, how many is as of late; and only so much is remembered of it.
    const kept = hasChanged ? recent / this.#cameCount : Math.exp(-ms / this.#options.arrivalsMs);
    this.#cameMs = hasChanged ? recentMs : this.#cameMs * kept + ms;
    this.#cameCount = 0;
    for (let rank = 0; rank < RANKS; rank += 1) {
      const came = this.#came[rank]! * kept + (hasChanged ? 0 : this.#seen[rank]!);
      this.#came[rank] = came;
      this.#cameCount += came;
    }
    this.#seen.fill(0);
  }

  /** What comes is borne: all of it would be let in and the queue comes and goes, or there is hardly a queue. */
  #isOver(): boolean {
    const asked = sum(this.#recent, 'count');
    return sum(this.#recent, 'waiting') <= asked * (this.#level === RANKS ? COMES_AND_GOES : HARDLY);
  }

  /** The highest level that admits at most `wanted` of the requests remembered; never nobody. */
  #levelFor(wanted: number): number {
    let count = 0;
    let isFirst = true;
    for (let rank = 0; rank < RANKS; rank += 1) {
      const came = this.#came[rank]!;
      if (came > 0 && count + came > wanted) return isFirst ? rank + 1 : rank;
      if (came > 0) isFirst = false;
      count += came;
    }
    return RANKS;
  }
}

function sum(windows: readonly Window[], field: keyof Window): number {
  return windows.reduce((total, window) => total + window[field], 0);
}

function check(options: AdmissionOptions): void {
  const faults: Fault[] = [];
  for (const [field, value] of Object.entries(options)) {
    if (value > 0) continue;
    const fix = String(ADMISSION_DEFAULTS[field as keyof AdmissionOptions]);
    faults.push({ field, value, rule: 'must be above 0 ms', fix });
  }
  if (faults.length > 0) throw new InvalidInput('The admission level', faults);
}
