/** What the store may do to an instance: cost it a counter. */

import { describe, expect, it } from 'vitest';
import { DEMAND_CALLERS_MAX } from '../../../../core/state/throttle-items.ts';
import { stage, type Stage } from './stage.ts';

async function withLease(): Promise<Stage> {
  const s = stage();
  s.instance.start();
  s.store.gives(s.leaseItem({ epoch: 10 }));
  await s.clock.advance(2000);
  expect(s.instance.describe()).toMatchObject({ state: 'held', epoch: 10 });
  return s;
}

describe('I-29, F-40: a store that', () => {
  it.each([
    ['hangs', () => new Promise<never>(() => {})],
    ['rejects', () => Promise.reject(new Error('no credentials'))],
    [
      'throws',
      () => {
        throw new Error('no table');
      },
    ],
  ])('%s changes no limit, costs a counter, and is asked no more often', async (_what, answer) => {
    const s = await withLease();
    const before = s.instance.terms().limitOf('alpha');
    s.store.answer = answer;
    s.store.onReport = answer;
    await s.clock.advance(17_900);
    expect(s.instance.terms().limitOf('alpha')).toEqual(before);
    expect(s.changes).toEqual([2000]);
    const { reports, reportsFailed, readsFailed } = s.instance.describe();
    expect([reports, reportsFailed]).toEqual([1, 1]);
    expect(readsFailed).toBe(3);
    expect(s.store.readsAtMs.slice(1)).toEqual([12_000, 14_000, 17_000]);
    await s.clock.advance(200);
    s.store.onReport = () => Promise.resolve();
    s.store.answer = () => Promise.resolve(s.leaseItem({ epoch: 11 }));
    await s.clock.advance(20_000);
    expect(s.instance.describe()).toMatchObject({ state: 'held', epoch: 11 });
    s.instance.close();
    await s.clock.advance(5000);
    expect(s.clock.pending).toBe(0);
  });

  it('answers after its time is not heard', async () => {
    const s = await withLease();
    s.store.answer = async () => {
      await s.clock.sleep(3000);
      return s.leaseItem({ epoch: 11 });
    };
    await s.clock.advance(30_000);
    expect(s.instance.describe()).toMatchObject({ epoch: 10, takenUp: 1 });
  });
});

describe('I-30: garbage is refused, counted and named:', () => {
  const lease = (s: Stage, change: object): unknown => ({ ...s.leaseItem({ epoch: 11 }), ...change });
  const NO_RATE = 'a rate is not a number from 0';
  const cases: readonly (readonly [string, object, string])[] = [
    ['a negative rate', { callers: { alpha: -1 }, total: 4 }, NO_RATE],
    ['a rate that is no number', { callers: { alpha: '40' } }, NO_RATE],
    ['an endless rate', { others: Infinity, total: Infinity }, NO_RATE],
    ['a rate above what any limit may be', { others: 1e9, total: 1e9 + 50 }, NO_RATE],
    ['another instance', { instance: 'i-2' }, 'it is the lease of another instance'],
    ['another resource', { resource: 'orders' }, 'it is the lease of another resource'],
    ['another application', { application: 'bank' }, 'it is the lease of another application'],
    ['another kind of item', { kind: 'demand' }, 'it is no lease'],
    ['an epoch that goes back', { epoch: 9 }, 'its epoch 9 is below 10'],
    ['an epoch of 0', { epoch: 0 }, 'its epoch is no whole number above 0'],
    ['a total of its own', { total: 1000 }, 'its rates do not add up to its total'],
    ['an end before its beginning', { until: 1 }, 'it ends before it begins'],
    ['an end in a year', { until: 2e12 }, 'it lasts longer than 300000 ms'],
    ['an unknown class', { othersCriticality: 'vital' }, 'it gives an unknown class'],
    ['no classes', { criticalities: null }, 'it gives no classes'],
    ['an unknown class of one', { criticalities: { alpha: 7 } }, 'it gives an unknown class'],
    ['no callers', { callers: [] }, 'it names no callers'],
    ['no word of what it answers', { answers: null }, 'it does not say what it answers'],
    ['no burst', { burstS: 0 }, 'its burst is not above 0 and at most 60 s'],
  ];
  it.each(cases)('%s', async (_what, change, fault) => {
    const s = await withLease();
    s.store.gives(lease(s, change));
    await s.clock.advance(10_000);
    expect(s.instance.describe()).toMatchObject({ epoch: 10, refused: 1, lastFault: fault });
    expect(s.changes).toEqual([2000]);
  });

  it.each(['text', 7, [], undefined])('%j', async (answer) => {
    const s = await withLease();
    s.store.gives(answer);
    await s.clock.advance(10_000);
    expect(s.instance.describe()).toMatchObject({ epoch: 10, refused: 1, lastFault: 'it is no lease' });
  });

  it('more callers than any report named', async () => {
    const s = await withLease();
    const callers = Object.fromEntries(Array.from({ length: 2001 }, (_, n) => [`c${n}`, 0]));
    s.store.gives(lease(s, { callers, total: 5 }));
    await s.clock.advance(10_000);
    expect(s.instance.describe()).toMatchObject({ lastFault: 'it names more than 2000 callers' });
  });
});

describe('F-20: a wall clock that is wrong', () => {
  it.each([-3_600_000, 3_600_000])(
    'by a step of %d ms changes nothing of a lease that is held',
    async (ms) => {
      const s = await withLease();
      s.store.gives(null);
      s.clock.stepMs = ms;
      await s.clock.advance(27_999);
      expect(s.instance.describe()).toMatchObject({ state: 'held', endsInMs: 1 });
      await s.clock.advance(1);
      expect(s.instance.describe().state).toBe('ended');
    },
  );

  it('and goes an hour behind makes no lease longer than its length after the report', async () => {
    const s = stage();
    s.instance.start();
    await s.clock.advance(6900);
    s.store.gives(s.leaseItem());
    s.clock.stepMs = -3_600_000;
    await s.clock.advance(100);
    expect(s.instance.describe().endsInMs).toBe(23_000);
  });

  it.each([-3_600_000, 3_600_000])(
    'by %d ms does not make its reports look old or of the future, once it has a lease',
    async (ms) => {
      const s = await withLease();
      s.clock.stepMs = ms;
      await s.clock.advance(30_000);
      const dated = s.store.reports
        .slice(1)
        .map(({ item, atMs }) => item.at - (s.clock.trueEpoch - s.clock.now()) - atMs);
      expect(dated.length).toBeGreaterThan(1);
      // A lease is found some seconds after it was given: that much earlier, never later.
      for (const off of dated) expect(Math.abs(off)).toBeLessThanOrEqual(10_000);
    },
  );

  it('and goes ahead leaves SAFE_RATIO of each lease', async () => {
    const s = stage();
    s.instance.start();
    s.clock.stepMs = 3_600_000;
    await s.clock.advance(3000);
    s.store.gives(s.leaseItem());
    await s.clock.advance(1000);
    expect(s.instance.describe()).toMatchObject({ state: 'ended', epoch: 1, totalPerS: 55 * 0.9 });
  });
});

describe('F-41: a lease that answers no report of this process', () => {
  it('is of a process before it, or of another of that name, and is not taken up', async () => {
    const s = stage();
    s.instance.start();
    s.store.gives(s.leaseItem({ answers: s.clock.epoch() - 1 }));
    await s.clock.advance(10_000);
    expect(s.instance.describe()).toMatchObject({
      state: 'none',
      refused: 3,
      lastFault: 'it answers no report of this process',
    });
  });
});

describe('SEC-17: a forger of names', () => {
  it('of a million pushes out no real caller, and the report stays small', async () => {
    const s = stage();
    s.instance.start();
    await s.clock.advance(100);
    for (let n = 0; n < 1_000_000; n += 1) {
      s.instance.count({ caller: `forged-${n}`, cost: 1 });
      if (n % 100 === 0) for (const caller of ['alpha', 'beta']) s.instance.count({ caller, cost: 1 });
    }
    await s.clock.advance(900);
    await s.clock.advance(100);
    const { callers, others } = s.store.reports.at(-1)!.item;
    expect(Object.keys(callers).length).toBeLessThanOrEqual(DEMAND_CALLERS_MAX);
    const seconds = s.store.reports.at(-1)!.atMs / 1000;
    for (const name of ['alpha', 'beta']) {
      expect(callers[name]! * seconds).toBeGreaterThan(10_000 - 1_020_000 / 801);
      expect(callers[name]! * seconds).toBeLessThanOrEqual(10_000);
    }
    const all = Object.values(callers).reduce((sum, rate) => sum + rate, others);
    expect(all * seconds).toBeCloseTo(1_020_000, 3);
    expect(JSON.stringify(s.store.reports.at(-1)!.item).length).toBeLessThan(16_000);
  });
});
