import { describe, expect, it } from 'vitest';
import { AdmissionLevel, CRITICALITIES, RANKS, type Criticality } from '../../../core/shedding/index.ts';
import { Desk, type Visitor } from './desk.ts';

/** 400 users, a quarter in each class, half of each above their share. */
const anyone = (n: number): Visitor => ({
  user: `user-${n % 400}`,
  criticality: CRITICALITIES[n % 4]!,
  aboveShare: n % 8 >= 4,
});
const of = (visitors: readonly Visitor[], criticality: Criticality): readonly Visitor[] =>
  visitors.filter((visitor) => visitor.criticality === criticality);
const share = ({ served, shed }: Desk, criticality: Criticality): number =>
  of(served, criticality).length / (of(served, criticality).length + of(shed, criticality).length);

/** A service of 250 requests a second to which 400 come, after the level has found its place. */
const overloaded = (): Desk => new Desk(0.25).run(0.4, 10_000, anyone);

describe('under overload', () => {
  it('as many are admitted as are served, within half a second', () => {
    const desk = new Desk(0.25).run(0.2, 5000, anyone);
    desk.run(2.5, 500, anyone);
    const { served, shed } = desk.run(2.5, 5000, anyone);
    expect(served.length).toBeGreaterThan(0.98 * 0.25 * 5000);
    expect(desk.level.describe().overloaded).toBe(true);
    expect(shed.length).toBeGreaterThan(0.85 * 2.5 * 5000);
  });

  it('the lowest class goes first, and the highest is not touched while others can be', () => {
    const desk = overloaded().run(0.4, 5000, anyone);
    expect(share(desk, 'critical-plus')).toBe(1);
    expect(share(desk, 'critical')).toBe(1);
    expect(share(desk, 'sheddable-plus')).toBeLessThan(0.7);
    expect(share(desk, 'sheddable')).toBeLessThan(0.05);
  });

  it('within a class the callers above their share go before the others', () => {
    const { served } = overloaded().run(0.4, 5000, anyone);
    const above = of(served, 'sheddable-plus').filter((visitor) => visitor.aboveShare);
    expect(of(served, 'sheddable-plus').length).toBeGreaterThan(200);
    expect(above.length / of(served, 'sheddable-plus').length).toBeLessThan(0.1);
  });

  it('the same users stay whole from second to second', () => {
    const desk = new Desk(0.15).run(0.4, 10_000, anyone);
    const users = (): Set<string> => new Set(desk.run(0.4, 1000, anyone).served.map(({ user }) => user));
    const first = users();
    const next = users();
    const both = [...first].filter((user) => next.has(user)).length;
    expect(both / Math.max(first.size, next.size)).toBeGreaterThan(0.9);
  });

  it('never sheds everybody, though one user alone is too much', () => {
    const one = (): Visitor => ({ user: 'one', criticality: 'critical', aboveShare: false });
    const desk = new Desk(0.05).run(1, 5000, one);
    expect(desk.run(1, 5000, one).served.length).toBeGreaterThan(0.98 * 0.05 * 5000);
  });

  it('follows a service that loses half of what it can do', () => {
    const desk = overloaded();
    desk.perMs = 0.125;
    desk.run(0.4, 10_000, anyone);
    const { served } = desk.run(0.4, 5000, anyone);
    expect(served.length).toBeGreaterThan(0.98 * 0.125 * 5000);
    expect(share(desk, 'critical-plus')).toBe(1);
  });
});

describe('when the overload is over', () => {
  it('nobody is shed after a second, from 10 times the load too', () => {
    const desk = new Desk(0.25).run(2.5, 10_000, anyone);
    desk.run(0.2, 1000, anyone);
    expect(desk.run(0.2, 10_000, anyone).shed).toEqual([]);
    expect(desk.level.describe()).toMatchObject({ overloaded: false });
  });

  it('a pause ends the shedding at once: there is nothing to shed', () => {
    const desk = overloaded();
    expect(desk.level.describe().level).toBeLessThan(RANKS);
    desk.run(0, 1000, anyone);
    expect(desk.run(0.2, 500, anyone).shed).toEqual([]);
  });

  it('a service that bears its load sheds nothing at all', () => {
    expect(new Desk(0.25).run(0.24, 30_000, anyone).shed).toEqual([]);
  });
});

describe('the queue', () => {
  it('has to keep somebody waiting too long: a burst is no overload', () => {
    const level = new AdmissionLevel();
    for (let n = 0; n < 5000; n += 1) {
      expect(level.admit(RANKS - 1, n, { waiting: 15, isFree: false })).toBe(true);
      level.began(n % 200);
    }
    expect(level.describe()).toEqual({ level: RANKS, overloaded: false, admitted: 5000, shed: 0 });
  });

  it('does not matter to a request that finds a free place, whatever its rank', () => {
    const { level, now } = overloaded();
    expect(level.admit(RANKS - 1, now, { waiting: 9, isFree: false })).toBe(false);
    expect(level.admit(RANKS - 1, now, { waiting: 0, isFree: true })).toBe(true);
  });

  it('is judged by a clock that never goes back, though the one it is told does', () => {
    const desk = overloaded();
    const { level, now } = desk;
    const before = level.describe().level;
    for (let n = 0; n < 1000; n += 1) level.admit(n % RANKS, now - 60_000 + n, { waiting: 9, isFree: false });
    expect(level.describe().level).toBe(before);
    expect(desk.run(0.4, 5000, anyone).served.length).toBeGreaterThan(0.97 * 0.25 * 5000);
  });
});

describe('F-27: those who are refused', () => {
  it('come again over as many seconds as the service needs for them, and as many in each', () => {
    const { level } = new Desk(0.25).run(1.5, 10_000, anyone);
    const count = new Map<number, number>();
    for (let n = 0; n < 600; n += 1) {
      const ms = level.retryAfterMs();
      count.set(ms, (count.get(ms) ?? 0) + 1);
    }
    expect([...count.keys()].toSorted((a, b) => a - b)).toEqual([1000, 2000, 3000, 4000, 5000, 6000]);
    expect(new Set(count.values())).toEqual(new Set([100]));
  });

  it('are spread though nothing is known of the service, and never over more than 10 seconds', () => {
    const spread = (level: AdmissionLevel): number =>
      new Set(Array.from({ length: 100 }, () => level.retryAfterMs())).size;
    expect(spread(new AdmissionLevel())).toBe(2);
    expect(spread(new Desk(0.25).run(25, 5000, anyone).level)).toBe(10);
  });
});

it('refuses options that make no sense, each with its field', () => {
  expect(() => new AdmissionLevel({ windowMs: 0, clearMs: -1 })).toThrow(
    /windowMs = 0: must be above 0 ms\. Fix: 100.*\n.*clearMs = -1: must be above 0 ms\. Fix: 2000/,
  );
  expect(() => new AdmissionLevel({ capacityMs: Number.NaN })).toThrow(/capacityMs = .*must be above 0/);
});
