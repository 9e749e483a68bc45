import { describe, expect, it } from 'vitest';
import type { RateLimit } from '../../../core/throttle/index.ts';
import { DatabaseFailure } from '../../../runtime/errors.ts';
import { Refused } from '../../../runtime/throttle/errors.ts';
import { Throttle, type Incoming, type ThrottleDecision } from '../../../runtime/throttle/throttle.ts';
import { aimd, type Limit } from '../../../core/limits/index.ts';
import { VirtualClock } from '../simulated/virtual-clock.ts';

const WIDE: RateLimit = { perSecond: 100_000, burst: 1000 };

/** A service with 40 slots of 10 ms: 4,000 requests a second, behind a throttle that knows nothing of it. */
class Shop {
  readonly clock = new VirtualClock();
  readonly throttle: Throttle;
  readonly done: Record<string, number[]> = {};
  readonly refused: Record<string, number> = {};
  #busy = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(limitOf: (caller: string) => RateLimit = () => WIDE) {
    const concurrency: Limit<unknown> = aimd({ start: 40, max: 40 });
    this.throttle = new Throttle({ clock: this.clock, limitOf, shared: WIDE, concurrency });
  }

  ask(incoming: Incoming): void {
    const from = this.clock.now();
    const { caller } = incoming;
    this.throttle
      .run(incoming, () => this.#serve())
      .then(
        () => (this.done[caller] ??= []).push(this.clock.now() - from),
        (error: unknown) => {
          if (!(error instanceof Refused)) throw error;
          this.refused[error.code] = (this.refused[error.code] ?? 0) + 1;
        },
      );
  }

  async #serve(): Promise<void> {
    if (this.#busy >= 40) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#busy += 1;
    await this.clock.sleep(10);
    this.#busy -= 1;
    this.#waiting.shift()?.();
  }
}

describe('I-24: a caller over its limit', () => {
  it('hurts only itself: the others are served as if it were not there', async () => {
    const shop = new Shop(() => ({ perSecond: 20, burst: 5 }));
    for (let ms = 0; ms < 2000; ms += 10) {
      for (let n = 0; n < 20; n += 1) shop.ask({ caller: 'flood' });
      if (ms % 50 === 0) for (let n = 0; n < 99; n += 1) shop.ask({ caller: `good-${n}` });
      await shop.clock.advance(10);
    }
    await shop.clock.advance(100);
    const good = Object.entries(shop.done).filter(([caller]) => caller !== 'flood');
    expect(good).toHaveLength(99);
    for (const [, latencies] of good) expect(latencies).toHaveLength(40);
    expect(shop.done['flood']!.length).toBeLessThanOrEqual(20 * 2 + 5);
    expect(shop.refused).toEqual({ 'caller-limit': 4000 - shop.done['flood']!.length });
  });
});

describe('I-25: overload', () => {
  it('at 10 times the capacity goodput stays, the important go first, and it passes without a restart', async () => {
    const shop = new Shop();
    const offer = async (perMs: number, ms: number): Promise<void> => {
      for (let at = 0; at < ms; at += 1) {
        for (let n = 0; n < perMs; n += 1) {
          const sheddable = n % 4 !== 0;
          const caller = sheddable ? 'batch' : 'users';
          const user = `${caller}-${(at * perMs + n) % 997}`;
          shop.ask({ caller, user, criticality: sheddable ? 'sheddable' : 'critical', deadlineMs: 1000 });
        }
        await shop.clock.advance(1);
      }
    };
    const served = (): number => Object.values(shop.done).flat().length;
    await offer(4, 2000);
    const peak = served() / 2;
    await offer(40, 2000);
    const before = served();
    await offer(40, 2000);
    expect((served() - before) / 2).toBeGreaterThan(0.9 * peak);
    expect(shop.throttle.describe().admission.level).toBeLessThan(1024);
    await shop.clock.advance(2000);
    const calm = served();
    await offer(2, 1000);
    await shop.clock.advance(100);
    expect(served() - calm).toBe(2000);
  });
});

describe('what the work comes to', () => {
  it('is what its caller gets, and a time-out lowers the limit', async () => {
    const shop = new Shop();
    const failure = new DatabaseFailure('timed-out', { memberId: 'db-1', message: 'no answer' });
    const before = shop.throttle.describe().gate.limit;
    await expect(shop.throttle.run({ caller: 'a' }, () => Promise.reject(failure))).rejects.toBe(failure);
    expect(shop.throttle.describe().gate).toMatchObject({ inFlight: 0 });
    expect(shop.throttle.describe().gate.limit).toBeLessThan(before);
    const own = new Error('the application has a bug');
    const lowered = shop.throttle.describe().gate.limit;
    await expect(shop.throttle.run({ caller: 'a' }, () => Promise.reject(own))).rejects.toBe(own);
    expect(shop.throttle.describe().gate.limit).toBe(lowered);
  });

  it('is never begun for a caller that is refused', async () => {
    const shop = new Shop(() => ({ perSecond: 1, burst: 0 }));
    let begun = 0;
    const work = async (): Promise<void> => void (begun += 1);
    await shop.throttle.run({ caller: 'a' }, work);
    await expect(shop.throttle.run({ caller: 'a' }, work)).rejects.toMatchObject({
      code: 'caller-limit',
      advice: 'retry',
      refusal: { status: 429, reason: 'caller-limit', retryAfterS: 1 },
    });
    expect(begun).toBe(1);
  });
});

describe('callers that share one limit', () => {
  it('are told apart in what is reported, and counted as one', async () => {
    const decisions: ThrottleDecision[] = [];
    const throttle = new Throttle({
      clock: new VirtualClock(),
      limitOf: (key) => ({ perSecond: key === 'others' ? 2 : 10, burst: key === 'others' ? 1 : 0 }),
      keyOf: (caller) => (caller === 'named' ? caller : 'others'),
      onDecision: (decision) => decisions.push(decision),
      shared: WIDE,
    });
    expect(throttle.limitOf('stranger')).toEqual({ perSecond: 2, burst: 1 });
    const enter = (caller: string): Promise<unknown> => throttle.enter({ caller }).catch(() => {});
    for (const caller of ['named', 'one', 'two', 'three']) await enter(caller);
    expect(throttle.remaining('four')).toBe(0);
    expect(decisions).toEqual([
      { caller: 'named', criticality: 'critical', outcome: 'admitted', cost: 1 },
      { caller: 'one', criticality: 'critical', outcome: 'admitted', cost: 1 },
      { caller: 'two', criticality: 'critical', outcome: 'admitted', cost: 1 },
      { caller: 'three', criticality: 'critical', outcome: 'caller-limit', cost: 1 },
    ]);
  });
});
