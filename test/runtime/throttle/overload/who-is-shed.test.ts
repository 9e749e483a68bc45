import { describe, expect, it } from 'vitest';
import type { Criticality } from '../../../../core/shedding/index.ts';
import type { Incoming } from '../../../../runtime/throttle/throttle.ts';
import { Load, type Asked } from './load.ts';

/** Of all that was admitted, the share that belongs to users who lost less than a tenth of theirs. */
function wholeShare(asked: readonly Asked[]): number {
  const users = new Map<string, { asked: number; admitted: number }>();
  for (const { incoming, refused } of asked) {
    const user = users.get(incoming.user!) ?? { asked: 0, admitted: 0 };
    users.set(incoming.user!, user);
    user.asked += 1;
    if (refused === null) user.admitted += 1;
  }
  const all = [...users.values()];
  const count = (some: typeof all): number => some.reduce((sum, user) => sum + user.admitted, 0);
  return count(all.filter((user) => user.admitted > 0.9 * user.asked)) / count(all);
}

const lost = (asked: readonly Asked[], of: (incoming: Incoming) => boolean): number => {
  const those = asked.filter(({ incoming }) => of(incoming));
  return those.filter(({ refused }) => refused !== null).length / those.length;
};

describe('the same users stay whole', () => {
  it.each([
    ['4 slots of 40 ms', 4, 40],
    ['1 slot of 5 ms', 1, 5],
  ])('at twice the load, %s: nine tenths of what is admitted is theirs', async (_name, slots, workMs) => {
    const users = (2 * slots * 1000) / workMs / 2;
    const whoAsks = (random: () => number): Incoming => ({
      caller: 'app',
      user: `user-${Math.floor(random() * users)}`,
    });
    const load = new Load({ slots, workMs, whoAsks });
    await load.offer(2, 10_000);
    const from = await load.offer(2, 60_000);
    expect(wholeShare(load.between(from, from + 59_000))).toBeGreaterThan(0.9);
    expect(load.goodput(from, from + 60_000)).toBeGreaterThan(0.98);
  });
});

describe('who is shed', () => {
  const mixed = (random: () => number): Incoming => {
    const place = random();
    const criticality: Criticality =
      place < 0.05
        ? 'critical-plus'
        : place < 0.3
          ? 'critical'
          : place < 0.6
            ? 'sheddable-plus'
            : 'sheddable';
    const user = `user-${Math.floor(random() * 400)}`;
    return { caller: 'app', user, criticality, aboveShare: random() < 0.5 };
  };

  it('at three times the load: the highest class loses nothing, the lowest nearly all', async () => {
    const load = new Load({ slots: 4, workMs: 40, whoAsks: mixed });
    const from = await load.offer(3, 30_000);
    const asked = load.between(from + 1000, from + 29_000);
    const lostOf = (name: Criticality): number => lost(asked, ({ criticality }) => criticality === name);
    expect(lostOf('critical-plus')).toBe(0);
    expect(lostOf('critical')).toBeLessThan(0.5);
    expect(lostOf('sheddable-plus')).toBeGreaterThan(0.9);
    expect(lostOf('sheddable')).toBeGreaterThan(0.95);
  });

  it('within a class, callers above their share before the others', async () => {
    const load = new Load({ slots: 4, workMs: 40, whoAsks: mixed });
    const from = await load.offer(3, 30_000);
    const asked = load.between(from + 1000, from + 29_000);
    const critical = asked.filter(({ incoming }) => incoming.criticality === 'critical');
    expect(lost(critical, ({ aboveShare }) => aboveShare === false)).toBeLessThan(0.02);
    expect(lost(critical, ({ aboveShare }) => aboveShare === true)).toBeLessThan(0.75);
    const plus = asked.filter(({ incoming }) => incoming.criticality === 'sheddable-plus');
    expect(lost(plus, ({ aboveShare }) => aboveShare === true)).toBeGreaterThan(0.95);
  });

  it('one caller without users at 10 times the load still gets all that the service can do', async () => {
    const load = new Load({ slots: 4, workMs: 40, whoAsks: () => ({ caller: 'one' }) });
    const from = await load.offer(10, 10_000);
    expect(load.goodput(from, from + 10_000)).toBeGreaterThan(0.95);
    const back = await load.offer(0.8, 5000);
    await load.offer(0, 1000);
    const after = load.between(back + 1000, back + 5000);
    expect(after.filter(({ refused }) => refused !== null)).toEqual([]);
  });
});
