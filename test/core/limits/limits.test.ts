import { describe, expect, it } from 'vitest';
import { aimd, gradient, type Limit } from '../../../core/limits/index.ts';
import { World } from './model.ts';

const LIMITS: readonly (readonly [string, Limit<unknown>])[] = [
  ['aimd', aimd()],
  ['gradient', gradient()],
];
const SLOTS = 40;
const SERVICE_MS = 10;
/** What the service answers at most in a second. */
const CAPACITY = (SLOTS / SERVICE_MS) * 1000;

describe.each(LIMITS)('%s', (_name, limit) => {
  it('I-25: at 10 times the load it can bear, the service answers 90 % of its best or more', () => {
    const world = new World(limit, { slots: SLOTS, serviceMs: SERVICE_MS });
    world.run({ perMs: 4, ms: 5000 });
    const best = world.run({ perMs: 4, ms: 2000 }).answered / 2;
    const flood = world.run({ perMs: 40, ms: 5000 });
    expect(best).toBeGreaterThan(0.9 * CAPACITY);
    expect(flood.answered / 5).toBeGreaterThan(0.9 * best);
    const after = world.run({ perMs: 2, ms: 1000 });
    expect(after.answered).toBeGreaterThan(1900);
  });

  it('does not let a queue grow behind the gate', () => {
    const world = new World(limit, { slots: SLOTS, serviceMs: SERVICE_MS });
    world.run({ perMs: 40, ms: 3000 });
    expect(world.run({ perMs: 40, ms: 60_000 }).behindMsMax).toBeLessThan(60);
  });

  it('does not grow while it is not used: a quiet night says nothing about the morning', () => {
    const world = new World(limit, { slots: SLOTS, serviceMs: SERVICE_MS });
    expect(world.run({ perMs: 0.1, ms: 20_000 }).limit).toBe(20);
  });

  it('follows a service that loses half of its slots, and one that gets them back', () => {
    const world = new World(limit, { slots: SLOTS, serviceMs: SERVICE_MS });
    world.run({ perMs: 8, ms: 5000 });
    world.service = { slots: SLOTS / 2, serviceMs: SERVICE_MS };
    world.run({ perMs: 8, ms: 5000 });
    const half = world.run({ perMs: 8, ms: 5000 });
    expect(half.answered / 5).toBeGreaterThan(0.45 * CAPACITY);
    world.service = { slots: SLOTS, serviceMs: SERVICE_MS };
    world.run({ perMs: 8, ms: 10_000 });
    expect(world.run({ perMs: 8, ms: 2000 }).answered / 2).toBeGreaterThan(0.9 * CAPACITY);
  });

  it('stays within its bounds, whatever comes', () => {
    let state = limit.initial;
    const slow = { serviceMs: 5000, queueMs: 5000, inFlight: 50, dropped: true };
    for (let n = 0; n < 1000; n += 1) state = limit.next(state, slow, n * 10_000);
    expect(limit.concurrency(state)).toBe(1);
    const fast = { serviceMs: 1, queueMs: 1, inFlight: 5000, dropped: false };
    for (let n = 0; n < 1_000_000; n += 1) state = limit.next(state, fast, 2e7 + n);
    expect(limit.concurrency(state)).toBe(1000);
  });
});

describe('aimd', () => {
  it('decreases once for the answers that were under way, not once for each', () => {
    const limit = aimd({ start: 100 });
    const late = { serviceMs: 50, queueMs: 0, behindMs: 30, inFlight: 100, dropped: false };
    let state = limit.initial;
    for (let n = 0; n < 50; n += 1) state = limit.next(state, late, 1000 + n);
    expect(limit.concurrency(state)).toBe(90);
    expect(limit.concurrency(limit.next(state, late, 1100))).toBe(81);
  });

  it('does not take the wait at its own gate for overload: a lower limit would make it longer', () => {
    const limit = aimd({ start: 4 });
    const held = { serviceMs: 50, queueMs: 400, inFlight: 4, dropped: false };
    let state = limit.initial;
    for (let n = 0; n < 50; n += 1) state = limit.next(state, held, n * 100);
    expect(limit.concurrency(state)).toBeGreaterThan(4);
  });
});

describe('gradient', () => {
  const slots = 4;
  const settled = (start: number): World<unknown> => {
    const world = new World<unknown>(gradient({ start }), { slots, serviceMs: 40 });
    world.run({ perMs: 0.2, ms: 20_000 });
    return world;
  };

  it('finds as many places as there are slots, from above and from below', () => {
    for (const start of [1, 20, 60]) {
      const { limit } = settled(start);
      expect(limit).toBeGreaterThanOrEqual(slots);
      expect(limit).toBeLessThanOrEqual(slots * 2);
    }
  });

  it('tells a service that has become slower from a queue: the door stays open', () => {
    const world = settled(20);
    world.service = { slots, serviceMs: 400 };
    world.run({ perMs: 0.2, ms: 10_000 });
    expect(world.run({ perMs: 0.2, ms: 10_000 }).answered).toBeGreaterThan(0.85 * 100);
    expect(world.limit).toBeGreaterThanOrEqual(slots);
  });

  it('does not let a queue look usual, however long the overload lasts', () => {
    const world = new World(gradient({ start: 20 }), { slots, serviceMs: 40 });
    world.run({ perMs: 1, ms: 120_000 });
    expect(world.run({ perMs: 1, ms: 10_000 }).behindMsMax).toBeLessThanOrEqual(45);
  });

  it('is not moved by one slow answer', () => {
    const limit = gradient();
    let state = limit.initial;
    const answer = { serviceMs: 40, queueMs: 5, inFlight: 4, dropped: false };
    for (let n = 0; n < 200; n += 1) state = limit.next(state, answer, n * 10);
    const before = limit.concurrency(state);
    state = limit.next(state, { ...answer, serviceMs: 1900 }, 2000);
    for (let n = 0; n < 30; n += 1) state = limit.next(state, answer, 2010 + n * 10);
    expect(limit.concurrency(state)).toBeGreaterThanOrEqual(before);
  });

  it('F-29: does not double on answers that stood still while the process was stopped', () => {
    const limit = gradient();
    let state = limit.initial;
    let nowMs = 0;
    let highest = 0;
    const finish = (serviceMs: number, queueMs: number): void => {
      nowMs += 10;
      highest = Math.max(highest, limit.concurrency(state));
      state = limit.next(state, { serviceMs, queueMs, inFlight: 20, dropped: false }, nowMs);
    };
    for (let n = 0; n < 200; n += 1) finish(40, 0);
    expect(limit.concurrency(state)).toBe(20);
    // One in twenty began before the stop; the others wait behind those that are tried again.
    for (let n = 0; n < 400; n += 1) finish(n % 20 === 10 ? 3000 : 120, 5);
    expect(highest).toBeLessThan(40);
  });

  it('goes down at most once for the answers that were dropped together', () => {
    const limit = gradient({ start: 100 });
    const dropped = { serviceMs: 50, queueMs: 0, inFlight: 100, dropped: true };
    let state = limit.initial;
    for (let n = 0; n < 50; n += 1) state = limit.next(state, dropped, 1000 + n * 0.5);
    expect(limit.concurrency(state)).toBe(70);
  });
});

describe('bad input', () => {
  it('is refused with the field, the value, the rule and the fix', () => {
    expect(() => aimd({ min: 0, backoff: 1, behindMsMax: -1 })).toThrow(
      /min = 0: .*\n.*backoff = 1: .*\n.*behindMsMax = -1/,
    );
    expect(() => aimd({ min: 5, max: 4 })).toThrow(
      /max = 4: must be a whole number, not below min\. Fix: 1000/,
    );
    expect(() => gradient({ start: 2000 })).toThrow(/start = 2000: must lie between min and max/);
    expect(() => gradient({ tolerance: 0.5, slackMs: -1 })).toThrow(/tolerance = 0\.5: .*\n.*slackMs = -1/);
    expect(() => gradient({ window: 0, measureEveryMs: 0 })).toThrow(/window = 0: .*\n.*measureEveryMs = 0/);
  });
});
