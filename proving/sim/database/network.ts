/** Who reaches whom. What is sent over a cut is kept by its sender and sent again once the cut is mended. */

import type { Random, SimClock } from '../kernel/index.ts';

const LATENCY_MS = { min: 1, max: 3 } as const;
/** TCP sends again with growing pauses: by the time of the mending the next turn may be this far away. */
const RESEND_MS_MAX = 800;

interface Held {
  readonly from: string;
  readonly to: string;
  readonly resend: () => void;
}

export class SimNetwork {
  readonly #clock: SimClock;
  readonly #random: Random;
  readonly #members: readonly string[];
  readonly #onDrop: (from: string, to: string) => void;
  /** Since when, by `from to`. */
  readonly #cuts = new Map<string, number>();
  #held: Held[] = [];

  constructor(options: {
    readonly clock: SimClock;
    readonly random: Random;
    readonly members: readonly string[];
    /** Told of every message that meets a cut. */
    readonly onDrop: (from: string, to: string) => void;
  }) {
    this.#clock = options.clock;
    this.#random = options.random;
    this.#members = options.members;
    this.#onDrop = options.onDrop;
  }

  /** `to` may be `*`: every member. */
  cut(from: string, to: string): void {
    for (const pair of this.#pairs(from, to)) {
      if (!this.#cuts.has(pair)) this.#cuts.set(pair, this.#clock.now());
    }
  }

  mend(from: string, to: string): void {
    for (const pair of this.#pairs(from, to)) this.#cuts.delete(pair);
    const ready = this.#held.filter((held) => !this.isCut(held.from, held.to));
    this.#held = this.#held.filter((held) => this.isCut(held.from, held.to));
    for (const held of ready) this.#clock.after(this.#random.between(1, RESEND_MS_MAX), held.resend);
  }

  /** Asked for a message that is on its way. */
  isCut(from: string, to: string): boolean {
    const isCut = this.#cuts.size > 0 && this.#cuts.has(`${from} ${to}`);
    if (isCut) this.#onDrop(from, to);
    return isCut;
  }

  /** The link was cut after that time, which is when something set out on it. */
  wasCutAfter(from: string, to: string, time: number): boolean {
    const since = this.#cuts.get(`${from} ${to}`);
    return since !== undefined && since > time;
  }

  hold(from: string, to: string, resend: () => void): void {
    this.#held.push({ from, to, resend });
  }

  /** There and back. */
  roundTripMs(): number {
    return this.#random.between(LATENCY_MS.min, LATENCY_MS.max);
  }

  /** An open question of timing, such as whether bytes still got through before a cut. */
  evenOdds(): boolean {
    return this.#random.chance(0.5);
  }

  #pairs(from: string, to: string): string[] {
    return (to === '*' ? this.#members : [to]).map((member) => `${from} ${member}`);
  }
}
