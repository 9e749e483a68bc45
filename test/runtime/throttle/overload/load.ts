/** An open load on a throttle with a slot service behind it: whoever asks does not wait for the others. */

import { Refused } from '../../../../runtime/throttle/errors.ts';
import { Throttle, type Incoming, type ThrottleOptions } from '../../../../runtime/throttle/throttle.ts';
import { seeded } from '../../simulated/virtual-clock.ts';
import { EventClock } from './event-clock.ts';
import { SlotService } from './slot-service.ts';

export interface Asked {
  readonly at: number;
  readonly incoming: Incoming;
  /** When it was answered or refused; null while it is under way. */
  endedAt: number | null;
  refused: string | null;
}

export type Arrivals = 'poisson' | 'even';

export interface Setting {
  readonly slots: number;
  readonly workMs: number;
  readonly arrivals?: Arrivals;
  readonly seed?: number;
  /** Who asks, from a number in [0, 1). @default - one of 400 users of one caller */
  readonly whoAsks?: (random: () => number) => Incoming;
  readonly clock?: EventClock;
  readonly options?: Partial<ThrottleOptions>;
}

const WIDE = { perSecond: 1_000_000, burst: 100_000 };
const DEADLINE_MS = 1000;

export class Load {
  readonly clock: EventClock;
  readonly service: SlotService;
  readonly throttle: Throttle;
  readonly asked: Asked[] = [];
  readonly #setting: Setting;
  readonly #random: () => number;

  constructor(setting: Setting) {
    this.#setting = setting;
    this.clock = setting.clock ?? new EventClock();
    this.#random = seeded(setting.seed ?? 1);
    this.service = new SlotService(this.clock, setting.slots, setting.workMs);
    this.throttle = new Throttle({
      clock: this.clock,
      limitOf: () => WIDE,
      shared: WIDE,
      ...setting.options,
    });
  }

  /** What the service answers at most, in requests a second. */
  get capacity(): number {
    return (this.#setting.slots * 1000) / this.#setting.workMs;
  }

  /** Offers `times` the capacity for so long. Returns when that began. */
  async offer(times: number, ms: number): Promise<number> {
    const from = this.clock.now();
    const gapMs = 1000 / (this.capacity * times);
    const isEven = this.#setting.arrivals === 'even';
    const next = (at: number): void => {
      const arriveAt = at + (isEven ? gapMs : -Math.log(1 - this.#random()) * gapMs);
      if (arriveAt >= from + ms) return;
      this.clock.after(arriveAt - this.clock.now(), () => {
        this.ask(this.#who());
        next(arriveAt);
      });
    };
    if (times > 0) next(from);
    await this.clock.runUntil(from + ms);
    return from;
  }

  ask(incoming: Incoming, ownMs?: number): Asked {
    const asked: Asked = { at: this.clock.now(), incoming, endedAt: null, refused: null };
    this.asked.push(asked);
    const ended = (): void => void (asked.endedAt = this.clock.now());
    this.throttle
      .run({ deadlineMs: DEADLINE_MS, ...incoming }, () => this.service.serve(ownMs))
      .then(ended, (error: unknown) => {
        if (!(error instanceof Refused)) throw error;
        asked.refused = error.code;
        ended();
      });
    return asked;
  }

  /** Answers within a second that ended in this time, for each second of it, as a share of the capacity. */
  goodput(from: number, to: number): number {
    const good = this.asked.filter(
      ({ at, endedAt, refused }) =>
        refused === null && endedAt !== null && endedAt >= from && endedAt < to && endedAt - at <= 1000,
    );
    return (good.length * 1000) / ((to - from) * this.capacity);
  }

  /** What was asked in this time. */
  between(from: number, to: number): readonly Asked[] {
    return this.asked.filter(({ at }) => at >= from && at < to);
  }

  #who(): Incoming {
    const who = this.#setting.whoAsks?.(this.#random);
    return who ?? { caller: 'app', user: `user-${Math.floor(this.#random() * 400)}` };
  }
}

export function slowestMs(asked: readonly Asked[]): number {
  return Math.max(0, ...asked.map(({ at, endedAt }) => (endedAt ?? Number.POSITIVE_INFINITY) - at));
}
