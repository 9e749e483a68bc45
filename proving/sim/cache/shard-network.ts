/** The way between application processes and shards: delays, packets that are sent again, cuts of either direction. */

import type { Random, SimClock } from '../kernel/index.ts';

/** Which direction a cut drops. */
export const WAYS = ['both', 'requests', 'replies'] as const;
export type Way = (typeof WAYS)[number];
export type Direction = 'requests' | 'replies';

export interface Route {
  /** The place of the application process. */
  readonly place: number;
  readonly shard: number;
}

interface Held extends Route {
  readonly direction: Direction;
  readonly send: () => void;
}

const ONE_WAY_MS = { min: 0, max: 1 } as const;
/** A lost packet is sent again after so long, and again. */
const RESEND_MS = { min: 200, max: 400 } as const;
const RESENDS_MAX = 8;

export class ShardNetwork {
  readonly #clock: SimClock;
  readonly #random: Random;
  readonly #onDropped: (route: Route) => void;
  readonly #onLost: () => void;
  readonly #cuts = new Map<string, Set<Direction>>();
  #held: Held[] = [];
  /** Of all packets, each by itself. */
  lossShare = 0;

  constructor(options: {
    readonly clock: SimClock;
    readonly random: Random;
    /** A message has met a cut. */
    readonly onDropped: (route: Route) => void;
    /** A packet was lost and is sent again. */
    readonly onLost: () => void;
  }) {
    this.#clock = options.clock;
    this.#random = options.random;
    this.#onDropped = options.onDropped;
    this.#onLost = options.onLost;
  }

  /** Drops these directions and no other from here on. What had been held and can pass now is sent again. */
  setCut(route: Route, directions: ReadonlySet<Direction>): void {
    this.#cuts.set(nameOf(route), new Set(directions));
    const ready = this.#held.filter((held) => !this.#isCut(held, held.direction));
    this.#held = this.#held.filter((held) => this.#isCut(held, held.direction));
    for (const { send } of ready) this.#clock.after(this.#random.between(1, RESEND_MS.max), send);
  }

  /**
   * Delivers in the order of sending, as a connection does. What meets a cut is held by its sender until the way is
   * free. @param notBefore when the message sent before this one on the same connection arrives
   * @returns when this one arrives, unless it is held
   */
  send(route: Route, direction: Direction, notBefore: number, deliver: () => void): number {
    const ms = this.#random.between(ONE_WAY_MS.min, ONE_WAY_MS.max) + this.#resendMs();
    const at = Math.max(notBefore, this.#clock.now() + ms);
    this.#clock.at(at, () => this.#arrive({ ...route, direction, send: deliver }));
    return at;
  }

  /** True when what is sent this way now does not arrive. */
  isCut(route: Route, direction: Direction): boolean {
    return this.#isCut(route, direction);
  }

  /** An open question of timing, such as whether something still got through. */
  evenOdds(): boolean {
    return this.#random.chance(0.5);
  }

  #arrive(held: Held): void {
    if (!this.#isCut(held, held.direction)) {
      held.send();
      return;
    }
    this.#onDropped(held);
    this.#held.push({ ...held, send: () => this.#arrive(held) });
  }

  #isCut(route: Route, direction: Direction): boolean {
    return this.#cuts.size > 0 && (this.#cuts.get(nameOf(route))?.has(direction) ?? false);
  }

  #resendMs(): number {
    let ms = 0;
    if (this.lossShare === 0) return ms;
    for (let tries = 0; tries < RESENDS_MAX && this.#random.chance(this.lossShare); tries += 1) {
      ms += this.#random.between(RESEND_MS.min, RESEND_MS.max) * 2 ** tries;
      this.#onLost();
    }
    return ms;
  }
}

function nameOf({ place, shard }: Route): string {
  return `${place} ${shard}`;
}
