/**
 * The readers of one pool: applies the transitions of `member.ts`, keeps the caps of `ejection.ts`, and checks
 * after each transition that the pool was not emptied. Holds no clock and no chance: both are passed in.
 */

import { UnderstudyError } from '../errors.ts';
import { ejectedMax } from './ejection.ts';
import {
  aged,
  answered,
  type EjectionReason,
  failed,
  isOut,
  joiningMember,
  late,
  type MemberLimits,
  type MemberState,
  newMember,
  outlying,
  probed,
} from './member.ts';

export interface TrackerLimits {
  readonly member: MemberLimits;
  /** Share of the members that always stays in the pool. */
  readonly panicRatio: number;
  /** How many of so many members may be out at once. @default - by `panicRatio` alone */
  readonly ejectedMax?: (members: number) => number;
}

interface Entry {
  state: MemberState;
  answeredAt: number;
}

export class MemberTracker {
  readonly #limits: TrackerLimits;
  readonly #entries = new Map<string, Entry>();
  #out = 0;
  #whole = 0;

  constructor(limits: TrackerLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Members out of the pool now. */
  get out(): number {
    return this.#out;
  }

  /** Every member has a full share: none is out and none is returning. */
  get allWhole(): boolean {
    return this.#whole === this.#entries.size;
  }

  has(id: string): boolean {
    return this.#entries.has(id);
  }

  state(id: string): MemberState | undefined {
    return this.#entries.get(id)?.state;
  }

  /** Adds a member. `proven`: it serves at once (first discovery); otherwise it is probed first where it may be. */
  add(id: string, now: number, proven: boolean): void {
    if (this.#entries.has(id)) return;
    const mayWait = this.#capOf(this.#entries.size + 1) > this.#out;
    const state = proven || !mayWait ? newMember(now) : joiningMember(now);
    this.#entries.set(id, { state, answeredAt: -Infinity });
    this.#settle();
  }

  /** Removes a member that left the cluster. Where too many of the rest are out, the longest out come back. */
  remove(id: string, now: number): void {
    if (!this.#entries.delete(id)) return;
    this.#count();
    while (this.#out > this.#cap()) this.#readmitLongestOut(now);
    this.#settle();
  }

  answered(id: string, now: number): void {
    const entry = this.#entries.get(id);
    if (!entry) return;
    entry.answeredAt = now;
    this.#put(entry, answered(entry.state, now));
  }

  failed(id: string, now: number, random: number): void {
    const entry = this.#entries.get(id);
    if (!entry) return;
    const moment = { now, random, mayEject: this.#mayEject() };
    this.#put(entry, failed(entry.state, moment, this.#limits.member));
  }

  late(id: string, now: number, random: number): void {
    const entry = this.#entries.get(id);
    if (!entry) return;
    const since = entry.state.kind === 'suspect' ? entry.state.since : now;
    const moment = {
      now,
      random,
      mayEject: this.#mayEject(),
      othersAnswer: this.#othersAnswer(entry, since),
    };
    this.#put(entry, late(entry.state, moment, this.#limits.member));
  }

  probed(id: string, ok: boolean, now: number, random: number): void {
    const entry = this.#entries.get(id);
    if (!entry) return;
    const moment = { now, random, mayEject: true };
    this.#put(entry, probed(entry.state, ok, moment, this.#limits.member));
  }

  /** Leaves out a member that does worse than the others, where the floor allows it. */
  outlying(id: string, reason: EjectionReason, now: number, random: number): void {
    const entry = this.#entries.get(id);
    if (!entry) return;
    const moment = { now, random, mayEject: this.#mayEject() };
    this.#put(entry, outlying(entry.state, reason, moment, this.#limits.member));
  }

  /** Lets time pass for every member. */
  tick(now: number): void {
    for (const entry of this.#entries.values()) this.#put(entry, aged(entry.state, now, this.#limits.member));
  }

  #othersAnswer(entry: Entry, since: number): boolean {
    for (const other of this.#entries.values()) {
      if (other !== entry && other.answeredAt >= since) return true;
    }
    return false;
  }

  #cap(): number {
    return this.#capOf(this.#entries.size);
  }

  #capOf(members: number): number {
    const { panicRatio, ejectedMax: ofOwn } = this.#limits;
    return ofOwn ? ofOwn(members) : ejectedMax(members, panicRatio);
  }

  #mayEject(): boolean {
    return this.#out < this.#cap();
  }

  #put(entry: Entry, state: MemberState): void {
    if (entry.state === state) return;
    entry.state = state;
    this.#settle();
  }

  #count(): void {
    let out = 0;
    let whole = 0;
    for (const { state } of this.#entries.values()) {
      if (isOut(state)) out += 1;
      else if (state.kind !== 'returning') whole += 1;
    }
    this.#out = out;
    this.#whole = whole;
  }

  #readmitLongestOut(now: number): void {
    const out = [...this.#entries.values()].filter((entry) => isOut(entry.state));
    const longest = out.toSorted((a, b) => a.state.since - b.state.since)[0];
    if (longest)
      longest.state = {
        kind: 'suspect',
        since: now,
        ejections: longest.state.ejections,
        errors: 0,
        lates: 0,
      };
    this.#count();
  }

  #settle(): void {
    this.#count();
    if (this.#out <= this.#cap()) return;
    throw new UnderstudyError(
      `member tracker: ${this.#out} of ${this.#entries.size} members are out, the floor allows ${this.#cap()}`,
      { code: 'invariant-broken', advice: 'give-up' },
    );
  }
}
