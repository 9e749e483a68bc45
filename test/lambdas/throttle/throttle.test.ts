import { describe, expect, it } from 'vitest';
import { CALLER_QUOTA_DEFAULT } from '../../../core/throttle/index.ts';
import { METRIC } from '../../../lambdas/throttle/contract.ts';
import { quotasItem } from '../fakes/throttle-items.ts';
import { RENEW_MS, Rig } from './rig.ts';

const close = (value: number, wanted: number): void => expect(Math.abs(value - wanted)).toBeLessThan(1e-6);

describe('throttle', () => {
  it('divides the capacity among the instances that report, once learning is over', async () => {
    const rig = new Rig();
    rig.add('i1', { a: 2000 });
    rig.add('i2', { b: 2000 });
    await rig.settle();
    close(rig.total(), 1000);
    close(rig.rateOf('a'), 475);
    const lease = rig.throttle.lease('quotes', 'i1')!;
    expect(lease).toMatchObject({ burstS: 1, othersCriticality: 'critical', criticalities: {} });
    expect(lease.until - lease.at).toBe(30_000);
  });

  it('learns for the length of a lease after its first plan: nothing grows', async () => {
    const rig = new Rig();
    rig.add('i1', { a: 2000 });
    rig.add('i2', { a: 2000 });
    await rig.renew(3);
    close(rig.total(), 20);
    await rig.renew(2);
    expect(rig.total()).toBeGreaterThan(900);
  });

  it('F-40: learns anew after the table was gone for long: who is heard first does not get the share of the others', async () => {
    const rig = new Rig();
    const [first, second] = [rig.add('i1', { a: 900 }), rig.add('i2', { b: 900 })];
    await rig.settle();
    const before = rig.total();
    // Longer than an instance is waited for; then one of them reports some seconds before the other.
    rig.clock.advance(60_000);
    second.reaches = false;
    rig.report();
    await rig.run();
    rig.fetch();
    expect(rig.total()).toBeLessThanOrEqual(before);
    expect(first.rate(rig.clock.now())).toBeLessThan(600);
    second.reaches = true;
    await rig.renew(5);
    close(rig.total(), 1000);
  });

  it('F-40: learns anew also where leases outlast the time that an instance is waited for', async () => {
    const rig = new Rig();
    rig.setThresholds({ 'lease-ms': 300_000 });
    const [first, second] = [rig.add('i1', { a: 900 }), rig.add('i2', { b: 900 })];
    await rig.renew(35);
    close(rig.total(), 1000);
    rig.clock.advance(60_000);
    second.reaches = false;
    for (let n = 0; n < 3; n += 1) {
      await rig.renew();
      expect(rig.total()).toBeLessThanOrEqual(1000 + 1e-6);
    }
    expect(first.lease!.epoch).toBe(38);
  });

  it('goes on without learning when the only instance reports a little late', async () => {
    const rig = new Rig();
    rig.setThresholds({ 'lease-ms': 20_000, 'gone-after-ms': 20_000 });
    rig.add('i1', { a: 2000 });
    for (let n = 0; n < 8; n += 1) {
      rig.clock.advance(2000);
      await rig.renew();
    }
    close(rig.total(), 1000);
  });

  it('tells each instance the classes of its callers where they differ from the others', async () => {
    const terms = { ...CALLER_QUOTA_DEFAULT, criticality: 'sheddable' as const };
    const rig = new Rig({ callers: { batch: terms, ['constructor']: terms } });
    rig.add('i1', { batch: 10, constructor: 10, toString: 10, ['__proto__']: 10 });
    await rig.settle();
    const { criticalities, callers } = rig.throttle.lease('quotes', 'i1')!;
    expect(criticalities).toEqual({ batch: 'sheddable', ['constructor']: 'sheddable' });
    expect(Object.keys(callers).toSorted()).toEqual(['__proto__', 'batch', 'constructor', 'toString']);
  });

  it('I-24: a flood gets no more than its limit, and takes nothing from anybody', async () => {
    const limited = { ...CALLER_QUOTA_DEFAULT, limitPerS: 20 };
    const rig = new Rig({ capacityPerS: 1000, others: limited });
    const good = Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`good-${n}`, 10]));
    for (const name of ['i1', 'i2']) rig.add(name, { ...good, flood: 1000 });
    await rig.settle();
    expect(rig.rateOf('flood')).toBeLessThanOrEqual(20 + 1e-6);
    for (const name of Object.keys(good)) close(rig.rateOf(name), 20);
    // What is wanted counts only up to each limit: a flood alone is no lack of capacity.
    expect(rig.metrics.values(METRIC.wanted).at(-1)).toBeCloseTo(82, 6);
  });

  it('gives a new instance its share of the capacity within two of its reports', async () => {
    const rig = new Rig();
    rig.add('i1', { a: 2000 });
    await rig.settle();
    rig.add('i2', { a: 2000 });
    await rig.renew(3);
    close(rig.instances[1]!.lease!.total, 500);
    close(rig.total(), 1000);
  });

  it('gives the share of an instance that is gone to the others, and no sooner than it may be gone', async () => {
    const rig = new Rig();
    rig.add('i1', { a: 2000 });
    rig.add('i2', { a: 2000 });
    await rig.settle();
    rig.instances.pop();
    await rig.renew(3);
    close(rig.total(), 500);
    await rig.renew(4);
    close(rig.total(), 1000);
  });

  it('follows quotas that change with the next reports', async () => {
    const rig = new Rig();
    rig.add('i1', { a: 2000 });
    await rig.settle();
    rig.putQuotas(quotasItem({ capacityPerS: 300, burstS: 2 }));
    await rig.renew(2);
    close(rig.total(), 300);
    expect(rig.instances[0]!.lease!.burstS).toBe(2);
  });

  it('puts nothing before the quotas of a resource were copied, and says so', async () => {
    const rig = new Rig();
    rig.store.quotas.clear();
    rig.add('i1', { a: 10 });
    await rig.renew();
    expect(rig.throttle.leaseItems.size).toBe(0);
    expect(rig.throttle.plans.size).toBe(0);
    expect(rig.logged.join()).toContain('no quotas are in force yet');
  });

  it('follows its thresholds', async () => {
    const rig = new Rig();
    const values = { 'report-ms': 10_000, 'lease-ms': 60_000, 'gone-after-ms': 45_000 };
    rig.store.thresholds.set('throttle', {
      kind: 'thresholds',
      tier: 'throttle',
      values,
      at: 0,
      refused: {},
    });
    rig.add('i1', { a: 10 });
    await rig.renew();
    const { at, until } = rig.throttle.lease('quotes', 'i1')!;
    expect(until - at).toBe(60_000);
  });

  it('remembers its plan, and tells it by resource', async () => {
    const rig = new Rig();
    rig.add('i1', { a: 250 });
    rig.add('i2', { b: 250 });
    await rig.settle();
    const plan = rig.throttle.plans.get('quotes')!;
    expect(plan).toMatchObject({ application: 'shop', capacityPerS: 1000, wantedPerS: 500, instances: 2 });
    close(plan.inForceMaxPerS, 1000);
    expect(plan.since).toBe(rig.clock.now() - 7 * RENEW_MS);
    const last = rig.metrics.groups.at(-1)!;
    expect(last.dimensions).toEqual({ Environment: 'demo', Resource: 'quotes' });
    expect(last.values.map(({ name, value }) => [name, Math.round(value)])).toEqual([[METRIC.wanted, 50]]);
  });

  it('tells what is in force, and of how many, while more is wanted than there is', async () => {
    const rig = new Rig();
    rig.add('i1', { a: 900 });
    rig.add('i2', { b: 900 });
    await rig.settle();
    expect(rig.metrics.groups.at(-1)!.values.map(({ name, value }) => [name, Math.round(value)])).toEqual([
      [METRIC.wanted, 180],
      [METRIC.inForce, 100],
      [METRIC.instances, 2],
    ]);
  });
});

describe('a report', () => {
  it('I-11: gets one lease, however often its event comes', async () => {
    const rig = new Rig();
    rig.add('i1', { a: 10 });
    await rig.settle();
    const before = structuredClone(rig.throttle.leaseItems);
    const { length } = rig.throttle.epochs;
    for (let n = 0; n < 100; n += 1) await rig.run();
    expect(rig.throttle.leaseItems).toEqual(before);
    expect(rig.throttle.epochs).toHaveLength(length);
  });

  it('F-20: is answered though the clocks of the instance and of the function differ', async () => {
    for (const skewMs of [-30_000, -12_000, 14_000]) {
      const rig = new Rig();
      const instance = rig.add('i1', { a: 2000 });
      for (let n = 0; n < 8; n += 1) {
        rig.clock.advance(RENEW_MS);
        rig.throttle.report(instance.report(rig.clock.now() + skewMs, 'shop'));
        await rig.run();
        rig.fetch();
      }
      expect(instance.lease!.epoch, `${skewMs}`).toBe(8);
      close(instance.lease!.total, 1000);
    }
  });

  it("F-20: is answered after the instance's clock has stepped back", async () => {
    const rig = new Rig();
    const instance = rig.add('i1', { a: 2000 });
    await rig.settle();
    rig.clock.advance(RENEW_MS);
    rig.throttle.report(instance.report(rig.clock.now() - 25_000, 'shop'));
    await rig.run();
    expect(rig.throttle.lease('quotes', 'i1')!.epoch).toBe(9);
  });
});
