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
  /** Shedding begins when somebody has waited at all times for so long, in ms. @default 100 */
  readonly standingMs: number;
  /** An average wait that is kept while requests are shed, so that no place is ever empty, in ms. @default 20 */
  readonly queueMsMax: number;
  /** A longer wait than that is worked off in about this time, in ms. @default 1000 */
  readonly clearMs: number;
  /** Memory of what the service can do, in ms. @default 1000 */
  readonly capacityMs: number;
  /** Memory of who comes, in ms. @default 4000 */
  readonly arrivalsMs: number;
}

export const ADMISSION_DEFAULTS: AdmissionOptions = {
  windowMs: 100,
  standingMs: 100,
  queueMsMax: 20,
  clearMs: 1000,
  capacityMs: 1000,
  arrivalsMs: 4000,
};

/** What can be seen of the queue when a request comes. */
export interface QueueView {
  /** For how long somebody has been waiting at all times, in ms; 0 while nobody waits. */
  readonly standingMs: number;
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

/** Windows that are counted together to see that the load has changed. */
const RECENT = 3;
/** A change is one that chance makes this many standard deviations large. */
const DEVIATIONS = 4;

export class AdmissionLevel {
  readonly #options: AdmissionOptions;
  /** Requests of this window by rank, and those of before, which fade. */
  readonly #seen = new Uint32Array(RANKS);
  readonly #came = new Float64Array(RANKS);
  #cameMs = 0;
  readonly #recent: { readonly count: number; readonly ms: number }[] = [];
  #served = 0;
  #servedMs = 0;
  #began = 0;
  #queueMs = 0;
  #asked = 0;
  #askedWaiting = 0;
  #level = RANKS;
  #overloaded = false;
  #windowFrom: number | null = null;
  #latest = Number.NEGATIVE_INFINITY;
  #admitted = 0;
  #shed = 0;

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
    if (ms >= this.#options.windowMs) this.#turn(ms, queue.standingMs >= ms);
    if (queue.standingMs >= this.#options.standingMs) this.#overloaded = true;
    this.#asked += 1;
    if (queue.standingMs > 0) this.#askedWaiting += 1;
    this.#seen[rank] = (this.#seen[rank] ?? 0) + 1;
    const isAdmitted = rank < this.#level || queue.isFree || !this.#overloaded;
    if (isAdmitted) this.#admitted += 1;
    else this.#shed += 1;
    return isAdmitted;
  }

  /** Work began for an admitted request after a wait of `queueMs`. */
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

  #turn(ms: number, wasFull: boolean): void {
    const { capacityMs, queueMsMax, clearMs } = this.#options;
    if (wasFull) {
      const kept = Math.exp(-ms / capacityMs);
      this.#served = this.#served * kept + this.#began;
      this.#servedMs = this.#servedMs * kept + ms;
    }
    // At most every other request found somebody waiting: what comes now is borne.
    if (this.#askedWaiting * 2 <= this.#asked) this.#overloaded = false;
    this.#remember(ms);
    const perMs = this.#servedMs > 0 ? this.#served / this.#servedMs : Number.POSITIVE_INFINITY;
    const tooLongMs = (this.#began > 0 ? this.#queueMs / this.#began : 0) - queueMsMax;
    this.#level = this.#levelFor(perMs * Math.max(0, 1 - tooLongMs / clearMs) * this.#cameMs);
    this.#windowFrom = this.#latest;
    this.#began = 0;
    this.#queueMs = 0;
    this.#asked = 0;
    this.#askedWaiting = 0;
  }

  #remember(ms: number): void {
    const kept = Math.exp(-ms / this.#options.arrivalsMs);
    let count = 0;
    let total = 0;
    for (let rank = 0; rank < RANKS; rank += 1) {
      count += this.#seen[rank]!;
      total += this.#came[rank]!;
    }
    this.#recent.push({ count, ms });
    if (this.#recent.length > RECENT) this.#recent.shift();
    const recent = this.#recent.reduce((sum, window) => sum + window.count, 0);
    const recentMs = this.#recent.reduce((sum, window) => sum + window.ms, 0);
    const usual = this.#cameMs > 0 ? (total / this.#cameMs) * recentMs : recent;
    const hasChanged = Math.abs(recent - usual) > DEVIATIONS * Math.sqrt(Math.max(recent, usual));
    const changed = hasChanged && total > 0;
    // Who comes is as before, how many is as of late; and only so much is remembered of it.
    const scale = changed ? recent / total : kept;
    this.#cameMs = changed ? recentMs : this.#cameMs * kept + ms;
    for (let rank = 0; rank < RANKS; rank += 1) {
      this.#came[rank] = this.#came[rank]! * scale + (changed ? 0 : this.#seen[rank]!);
    }
    this.#seen.fill(0);
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

function check(options: AdmissionOptions): void {
  const faults: Fault[] = [];
  for (const [field, value] of Object.entries(options)) {
    if (value > 0) continue;
    const fix = String(ADMISSION_DEFAULTS[field as keyof AdmissionOptions]);
    faults.push({ field, value, rule: 'must be above 0 ms', fix });
  }
  if (faults.length > 0) throw new InvalidInput('The admission level', faults);
}
