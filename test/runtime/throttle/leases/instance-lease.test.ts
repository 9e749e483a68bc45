import { describe, expect, it } from 'vitest';
import { NEWCOMER_RATIO, SAFE_RATIO } from '../../../../core/throttle/index.ts';
import { OTHERS } from '../../../../core/throttle/instance-shares.ts';
import { IDENTITY, stage } from './stage.ts';

describe('an instance without a lease', () => {
  it('reports at once, and lets everybody share a hundredth of the capacity', async () => {
    const s = stage();
    s.instance.start();
    expect(s.store.reports).toEqual([
      {
        atMs: 0,
        item: {
          kind: 'demand',
          ...IDENTITY,
          at: s.clock.epoch(),
          callers: {},
          others: 0,
          held: null,
        },
      },
    ]);
    const terms = s.instance.terms();
    expect([terms.keyOf('alpha'), terms.keyOf('beta')]).toEqual([OTHERS, OTHERS]);
    expect(terms.limitOf(OTHERS)).toEqual({ perSecond: 100 * NEWCOMER_RATIO, burst: 1 });
    expect(terms.criticalityOf('alpha')).toBe('critical');
    expect(terms.aboveShareOf('alpha')).toBe(false);
    expect(s.instance.describe()).toMatchObject({ state: 'none', epoch: null, totalPerS: 1 });
  });

  it('says what its callers want a second after the first of them came, once', async () => {
    const s = stage();
    s.instance.start();
    await s.clock.advance(3500);
    await s.offer('alpha', 20, 3000);
    expect(s.store.reports.map(({ atMs }) => atMs)).toEqual([0, 4500]);
    expect(s.store.reports[1]!.item.callers['alpha']).toBeCloseTo(20 / 4.5, 5);
    await s.clock.advance(30_000);
    s.instance.count({ caller: 'alpha', cost: 1 });
    await s.clock.advance(10_000);
    expect(s.store.reports.map(({ atMs }) => atMs)).toEqual([0, 4500, 14_500, 24_500, 34_500, 44_500]);
  });
});

describe('the requests to the store', () => {
  it('are one report and three reads in ten seconds while there is no newer lease', async () => {
    const s = stage();
    s.instance.start();
    await s.clock.advance(19_999);
    expect(s.store.reports.map(({ atMs }) => atMs)).toEqual([0, 10_000]);
    expect(s.store.readsAtMs).toEqual([2000, 4000, 7000, 12_000, 14_000, 17_000]);
  });

  it('are one report and one read once the lease is there', async () => {
    const s = stage();
    s.store.answer = () => Promise.resolve(s.leaseItem());
    s.instance.start();
    await s.clock.advance(29_999);
    expect(s.store.reports).toHaveLength(3);
    expect(s.store.readsAtMs).toEqual([2000, 12_000, 22_000]);
  });

  it('drift apart by chance, later and never earlier', async () => {
    let turn = 0;
    const s = stage(() => [0, 0.5, 0.999][(turn += 1) % 3]!);
    s.instance.start();
    await s.clock.advance(60_000);
    const times = s.store.reports.map(({ atMs }) => atMs);
    const gaps = times.slice(1).map((at, n) => at - times[n]!);
    expect(Math.min(...gaps)).toBe(10_000);
    expect(Math.max(...gaps)).toBeCloseTo(10_999, 0);
  });

  it('end with the instance, which leaves no timer', async () => {
    const s = stage();
    s.instance.start();
    s.store.gives(s.leaseItem());
    await s.clock.advance(2500);
    const waiting = s.instance.ready(1000);
    s.instance.close();
    expect(await waiting).toBe(true);
    expect(s.clock.pending).toBe(0);
    expect(s.store.isClosed).toBe(true);
    s.instance.count({ caller: 'alpha', cost: 1 });
    expect(s.clock.pending).toBe(0);
  });
});

describe('a lease', () => {
  it('gives each caller that it names a rate of its own, and the others one together', async () => {
    const s = stage();
    s.instance.start();
    s.store.gives(s.leaseItem());
    await s.clock.advance(2000);
    const terms = s.instance.terms();
    expect(['alpha', 'beta', 'gamma'].map(terms.keyOf)).toEqual(['alpha', 'beta', OTHERS]);
    expect(terms.limitOf('alpha')).toEqual({ perSecond: 40, burst: 40 });
    expect(terms.limitOf(OTHERS)).toEqual({ perSecond: 5, burst: 5 });
    expect([terms.criticalityOf('alpha'), terms.criticalityOf('beta')]).toEqual([
      'critical-plus',
      'sheddable',
    ]);
    expect(s.changes).toEqual([2000]);
  });

  it('is told in the next report', async () => {
    const s = stage();
    s.instance.start();
    const lease = s.leaseItem();
    s.store.gives(lease);
    await s.clock.advance(10_000);
    const { epoch, until, total } = lease;
    expect(s.store.reports[1]!.item.held).toEqual({ epoch, until, total });
  });

  it('leaves SAFE_RATIO of itself at its end, until there is a newer one', async () => {
    const s = stage();
    s.instance.start();
    s.store.gives(s.leaseItem());
    await s.clock.advance(29_999);
    const terms = s.instance.terms();
    expect(terms.limitOf('alpha').perSecond).toBe(40);
    await s.clock.advance(1);
    expect(terms.limitOf('alpha')).toEqual({ perSecond: 40 * SAFE_RATIO, burst: 36 });
    expect(s.changes).toEqual([2000, 30_000]);
    expect(s.instance.describe()).toMatchObject({ state: 'ended', totalPerS: 55 * SAFE_RATIO });
    await s.clock.advance(1_000_000);
    expect(terms.limitOf('alpha').perSecond).toBe(36);
    s.store.gives(s.leaseItem());
    await s.clock.advance(10_000);
    expect(terms.limitOf('alpha').perSecond).toBe(40);
  });

  it('of rates of nothing lets nearly nothing through, and gives it back with the next', async () => {
    const s = stage();
    s.instance.start();
    s.store.gives(s.leaseItem({ callers: { alpha: 0 }, others: 0, total: 0 }));
    await s.clock.advance(2000);
    expect(s.instance.terms().limitOf('alpha')).toEqual({ perSecond: 0.001, burst: 0 });
  });

  it('puts a caller above its share when it wants more, by the last report or by what came since', async () => {
    const s = stage();
    s.instance.start();
    s.store.gives(s.leaseItem());
    await s.clock.advance(2000);
    const { aboveShareOf } = s.instance.terms();
    await s.offer('beta', 20, 4000);
    expect([aboveShareOf('alpha'), aboveShareOf('beta')]).toEqual([false, true]);
    await s.clock.advance(60_000);
    expect(aboveShareOf('beta')).toBe(false);
    for (let n = 0; n < 40; n += 1) s.instance.count({ caller: 'beta', cost: 1 });
    await s.clock.advance(500);
    expect(aboveShareOf('beta')).toBe(true);
  });

  it('is what readiness waits for', async () => {
    const s = stage();
    s.instance.start();
    const early = s.instance.ready(1000);
    const later = s.instance.ready(60_000);
    await s.clock.advance(1000);
    expect(await early).toBe(false);
    s.store.gives(s.leaseItem());
    await s.clock.advance(1000);
    expect([await later, await s.instance.ready(0)]).toEqual([true, true]);
  });
});

describe('the end of a lease', () => {
  it('is told when the safe share is in force, however early the timer is', async () => {
    const s = stage();
    s.clock.earlyMs = 0.6;
    s.instance.start();
    s.store.gives(s.leaseItem());
    await s.clock.advance(2100);
    s.store.answer = () => new Promise(() => undefined);
    const { state, endsInMs } = s.instance.describe();
    expect(state).toBe('held');
    const endsAt = s.clock.now() + endsInMs!;
    const { length } = s.changes;
    await s.clock.advance(endsInMs! + 2);
    expect(s.instance.describe().state).toBe('ended');
    expect(s.changes.slice(length).filter((at) => at >= endsAt)).toHaveLength(1);
    expect(s.instance.terms().limitOf('alpha').perSecond).toBeCloseTo(40 * SAFE_RATIO, 5);
  });
});
