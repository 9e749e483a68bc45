import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Criticality } from '../../../core/shedding/index.ts';
import { type LoadPlace, ReadBudget, type LoadWish } from '../../../runtime/cache/budget.ts';
import type { ReadBudgetLimits } from '../../../runtime/cache/index.ts';
import { seeded, VirtualClock } from '../simulated/virtual-clock.ts';
import { outcome } from './simulated/stage.ts';

const STAYS = new AbortController().signal;
const WISH: LoadWish = { criticality: 'critical', share: 1, signal: STAYS };

function stage(limits: Partial<ReadBudgetLimits> = {}): { clock: VirtualClock; budget: ReadBudget } {
  const clock = new VirtualClock();
  return { clock, budget: new ReadBudget({ clock, random: seeded(1) }, limits) };
}

/** Enters; what becomes of it can be looked at whenever. */
function entering(budget: ReadBudget, wish: Partial<LoadWish> = {}): { place?: LoadPlace; code?: string } {
  const seen: { place?: LoadPlace; code?: string } = {};
  budget.enter({ ...WISH, ...wish }).then(
    (place) => {
      seen.place = place;
    },
    (error: { code?: string; name: string }) => {
      seen.code = error.code ?? error.name;
    },
  );
  return seen;
}

describe('the read budget', () => {
  it('gives places as they come free, and waits for no rate where there is room', async () => {
    const { clock, budget } = stage({ concurrencyMax: 2 });
    const [a, b, c] = [entering(budget), entering(budget), entering(budget)];
    await clock.advance(1);
    expect([a.place?.queueMs, b.place?.queueMs, c.place]).toEqual([0, 0, undefined]);
    a.place?.end('loaded');
    await clock.advance(0);
    expect(c.place?.queueMs).toBe(1);
    a.place?.end('loaded');
    expect(budget.describe()).toMatchObject({ inFlight: 2, waiting: 0, loads: 3 });
  });

  it('refuses after the longest wait, saying why and when to come again', async () => {
    const { clock, budget } = stage({ concurrencyMax: 1, waitMs: 300 });
    entering(budget);
    const { error, ms } = await outcome(clock, budget.enter(WISH));
    expect(error).toMatchObject({ code: 'read-budget-spent', advice: 'retry' });
    expect(error?.message).toContain('1 loads are at work of 1');
    expect((error as unknown as { retryAfterMs: number }).retryAfterMs).toBeGreaterThanOrEqual(100);
    expect(ms).toBe(300);
    expect(budget.describe().shed).toEqual({
      'critical-plus': 0,
      critical: 1,
      'sheddable-plus': 0,
      sheddable: 0,
    });
  });

  it('keeps four loads at work however often the database has too much: one slow load is not in the way of all', async () => {
    const { clock, budget } = stage();
    for (let round = 0; round < 400; round += 1) {
      const seen = Array.from({ length: 8 }, () => entering(budget));
      await clock.advance(50);
      for (const { place } of seen) place?.end('dropped');
    }
    expect(budget.describe().limit).toBe(4);
  });

  it('lets the lowest class go first when too many wait, and takes the highest in first', async () => {
    const { clock, budget } = stage({ concurrencyMax: 1, waitersMax: 2 });
    const at = entering(budget);
    await clock.advance(0);
    const classes: Criticality[] = ['sheddable', 'critical', 'sheddable-plus', 'critical-plus'];
    const seen = classes.map((criticality) => entering(budget, { criticality }));
    await clock.advance(0);
    expect(seen.map(({ code }) => code)).toEqual([
      'read-budget-spent',
      undefined,
      'read-budget-spent',
      undefined,
    ]);
    at.place?.end('loaded');
    await clock.advance(0);
    expect(seen.map(({ place }) => place !== undefined)).toEqual([false, false, false, true]);
  });

  it('forgets who went away while it waited', async () => {
    const { clock, budget } = stage({ concurrencyMax: 1 });
    const at = entering(budget);
    const [gone, stays] = [new AbortController(), new AbortController()];
    const [first, second] = [gone, stays].map(({ signal }) => entering(budget, { signal }));
    await clock.advance(0);
    gone.abort();
    at.place?.end('loaded');
    await clock.advance(0);
    expect(first).toEqual({ code: 20 });
    expect(second?.place).toBeDefined();
    expect(budget.describe()).toMatchObject({ waiting: 0, abandoned: 1, inFlight: 1 });
    expect(entering(budget, { signal: gone.signal }).place).toBeUndefined();
    expect(clock.pending).toBe(0);
  });

  it('takes the newest first once the oldest has waited long: somebody is served in time', async () => {
    const { clock, budget } = stage({ concurrencyMax: 1, newestFirstMs: 100 });
    const at = entering(budget);
    const old = entering(budget);
    await clock.advance(200);
    const young = entering(budget);
    at.place?.end('loaded');
    await clock.advance(0);
    expect([old.place, young.place?.queueMs]).toEqual([undefined, 0]);
  });

  it('I-21: lets no more loads begin in a second than it says, waiting or not', async () => {
    const { clock, budget } = stage({ loadsPerSecond: 50, concurrencyMax: 64 });
    const began: number[] = [];
    for (let ms = 0; ms < 5000; ms += 2) {
      void budget.enter(WISH).then(
        (place) => {
          began.push(clock.now());
          place.end('loaded');
        },
        () => {},
      );
      await clock.advance(2);
    }
    for (const from of began) {
      expect(began.filter((at) => at >= from && at < from + 1000).length).toBeLessThanOrEqual(50);
    }
    expect(began.length).toBeGreaterThan(200);
    expect(budget.describe().waiting).toBeLessThanOrEqual(25);
  });

  it('does not let loads of a cold shard stand in the way of others', async () => {
    const { clock, budget } = stage({ concurrencyMax: 4 });
    const cold = Array.from({ length: 10 }, () => entering(budget, { share: 0.5 }));
    await clock.advance(0);
    expect(cold.filter(({ place }) => place).length).toBe(2);
    expect(budget.tryEnter({ share: 0.5 })).toBeNull();
    const [warm, other] = [entering(budget), entering(budget)];
    await clock.advance(0);
    expect([warm.place?.queueMs, other.place?.queueMs]).toEqual([0, 0]);
    cold[0]!.place!.end('loaded');
    await clock.advance(0);
    expect(cold.filter(({ place }) => place).length).toBe(3);
  });

  it('looks at the class first, and only then at the share', async () => {
    const { clock, budget } = stage({ concurrencyMax: 1, waitersMax: 2 });
    const at = entering(budget);
    const whole = entering(budget, { criticality: 'sheddable' });
    const shared = entering(budget, { criticality: 'critical', share: 0.5 });
    await clock.advance(0);
    at.place?.end('loaded');
    await clock.advance(0);
    expect([whole.place, shared.place?.queueMs]).toEqual([undefined, 0]);
    const better = entering(budget, { criticality: 'critical' });
    const worse = entering(budget, { criticality: 'sheddable', share: 0.5 });
    await clock.advance(0);
    expect([better.code, worse.code]).toEqual([undefined, 'read-budget-spent']);
    expect(whole.code).toBeUndefined();
  });

  it('gives back what was not used', async () => {
    const { clock, budget } = stage({ concurrencyMax: 1, loadsPerSecond: 1 });
    const place = budget.tryEnter({ share: 1 });
    expect(budget.tryEnter({ share: 1 })).toBeNull();
    place?.giveBack();
    place?.giveBack();
    await clock.advance(0);
    expect(budget.describe()).toMatchObject({ inFlight: 0, loads: 0 });
    expect(budget.tryEnter({ share: 1 })).not.toBeNull();
  });

  it('fails to be made with limits that make no sense, and says all of them', () => {
    expect(() => stage({ concurrencyMax: 0, loadsPerSecond: 1.5 })).toThrow(
      /concurrencyMax = 0.*\n.*loadsPerSecond = 1.5/u,
    );
  });
});

describe('the number of loads at work', () => {
  /** A database that serves `best` loads at once in 10 ms, and no more of them in a second however many are at work. */
  async function limitWith(best: number): Promise<number> {
    const { clock, budget } = stage({ concurrencyMax: 200, loadsPerSecond: 100_000, waitersMax: 500 });
    let at = 0;
    for (let ms = 0; ms < 6000; ms += 1) {
      for (let n = 0; n < 6; n += 1) {
        void budget.enter(WISH).then(
          (place) => {
            at += 1;
            clock.after(10 * Math.max(1, at / best), () => {
              at -= 1;
              place.end('loaded');
            });
          },
          () => {},
        );
      }
      await clock.advance(1);
    }
    return budget.describe().limit;
  }

  it('follows what the database can do, by its latency', async () => {
    const limit = await limitWith(40);
    expect(limit).toBeGreaterThanOrEqual(25);
    expect(limit).toBeLessThanOrEqual(80);
  }, 30_000);

  it('falls when loads are dropped, and not when they fail for other reasons', async () => {
    const { clock, budget } = stage({ concurrencyMax: 20 });
    const fail = async (how: 'dropped' | 'failed'): Promise<number> => {
      for (let n = 0; n < 10; n += 1) {
        const place = budget.tryEnter({ share: 1 });
        await clock.advance(10);
        place?.end(how);
      }
      return budget.describe().limit;
    };
    expect(await fail('failed')).toBe(20);
    expect(budget.describe().latencyMs).toBe(0);
    expect(await fail('dropped')).toBeLessThan(10);
  });
});

describe('whatever comes to the read budget', () => {
  const EVENTS = fc.array(
    fc.record({
      what: fc.constantFrom('enter', 'enter', 'enter', 'end', 'drop', 'back', 'abort', 'wait'),
      criticality: fc.constantFrom<Criticality>('critical-plus', 'critical', 'sheddable-plus', 'sheddable'),
      share: fc.constantFrom(0.25, 0.5, 1),
      n: fc.nat({ max: 50 }),
    }),
    { maxLength: 120 },
  );

  it('everybody is answered, every place comes back and no timer stays', async () => {
    await fc.assert(
      fc.asyncProperty(EVENTS, async (events) => {
        const limits = { concurrencyMax: 4, waitersMax: 6, waitMs: 100, loadsPerSecond: 100 };
        const { clock, budget } = stage(limits);
        const controllers: AbortController[] = [];
        const seen: ReturnType<typeof entering>[] = [];
        for (const { what, criticality, share, n } of events) {
          const place = seen[n]?.place;
          if (what === 'end') place?.end('loaded');
          if (what === 'drop') place?.end('dropped');
          if (what === 'back') place?.giveBack();
          if (what === 'abort') controllers[n]?.abort();
          if (what === 'enter') {
            const controller = new AbortController();
            controllers.push(controller);
            seen.push(entering(budget, { criticality, share, signal: controller.signal }));
          }
          await clock.advance(what === 'wait' ? n : 0);
          const { inFlight, waiting, limit } = budget.describe();
          expect(inFlight).toBeLessThanOrEqual(Math.max(limit, 4));
          expect(waiting).toBeLessThanOrEqual(6);
        }
        for (let turn = 0; turn < 40; turn += 1) {
          for (const { place } of seen) place?.end('failed');
          await clock.advance(10);
        }
        expect(seen.every(({ place, code }) => place !== undefined || code !== undefined)).toBe(true);
        expect(budget.describe()).toMatchObject({ inFlight: 0, waiting: 0 });
        expect(clock.pending).toBe(0);
      }),
      { numRuns: 60 },
    );
  }, 30_000);
});
