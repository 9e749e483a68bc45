import { describe, expect, it } from 'vitest';
import { METRIC } from '../../../lambdas/throttle/contract.ts';
import { DENIED_HOLD_MS } from '../../../lambdas/throttle/handler.ts';
import { quotasItem } from '../fakes/throttle-items.ts';
import { demandEvent, Rig, THROTTLE_TABLE } from './rig.ts';

describe('mode and pause', () => {
  const control = { kind: 'control' as const, by: 'ana', why: '', at: 0, mode: null, paused: false };

  it.each([
    ['paused', 'throttle', { ...control, paused: true }, 'paused by ana'],
    ['all paused', 'all', { ...control, paused: true }, 'paused by ana'],
    ['observing', 'throttle', { ...control, mode: 'observe' as const }, 'the mode is observe'],
    ['off', 'all', { ...control, mode: 'off' as const }, 'the mode is off'],
  ])('while %s it puts nothing, and still tells what is wanted', async (_, tier, item, why) => {
    const rig = new Rig();
    rig.add('i1', { a: 500 });
    rig.store.controls.set(tier, item);
    rig.report();
    const { summary } = await rig.run();
    expect(summary).toBe(`shop: not clear: ${why}`);
    expect(rig.throttle.epochs).toEqual([]);
    expect(rig.metrics.values(METRIC.wanted)).toEqual([50]);
  });
});

describe('what is not its own', () => {
  it('SEC-07, I-34: wakes nothing: other tables, its own items, garbage', async () => {
    const rig = new Rig();
    rig.add('i1', { a: 10 });
    rig.report();
    const events = [
      demandEvent('demand#shop', 'demo-state'),
      demandEvent('throttle-lease#shop'),
      demandEvent('throttle-plan'),
      {},
      null,
      7,
      { Records: 'x' },
      { Records: [null, 7, { eventSource: 'aws:dynamodb' }] },
      { Records: Array.from({ length: 10_001 }, () => null) },
    ];
    for (const event of events) expect((await rig.run(event)).ran, JSON.stringify(event)).toBe(false);
    expect(rig.throttle.epochs).toEqual([]);
    expect(rig.store.leases.size).toBe(0);
    expect(await rig.run(demandEvent('demand#shop', THROTTLE_TABLE, 'REMOVE'))).toMatchObject({
      trigger: 'nothing',
      ran: false,
    });
  });

  it('applications do not hurt each other: what fails for one is told, and the other is planned', async () => {
    const rig = new Rig();
    const other = quotasItem({ resource: 'orders', application: 'clerk' });
    rig.resources = [...rig.resources, { resource: 'orders', application: 'clerk' }];
    rig.putQuotas(other);
    rig.add('i1', { a: 10 });
    rig.add('k1', { b: 10 }, other);
    const { demands } = rig.throttle;
    rig.throttle.demands = (application) =>
      application === 'shop'
        ? Promise.reject(new Error('throttled'))
        : demands.call(rig.throttle, application);
    rig.report();
    await expect(rig.run()).rejects.toThrow('throttled');
    expect(rig.throttle.lease('orders', 'k1')).not.toBe(null);
    expect(rig.throttle.lease('quotes', 'i1')).toBe(null);
    expect([...rig.store.leases.values()][0]!.until).toBeLessThan(rig.clock.now());
  });

  it('SEC-01: a call that is denied is told, and not made again at every event', async () => {
    const rig = new Rig();
    rig.add('i1', { a: 10 });
    let asked = 0;
    const { putPlan } = rig.throttle;
    rig.throttle.putPlan = () => {
      asked += 1;
      return Promise.reject(Object.assign(new Error('no right'), { name: 'AccessDeniedException' }));
    };
    rig.report();
    await expect(rig.run()).rejects.toThrow('no right');
    for (let n = 0; n < 100; n += 1) {
      expect((await rig.run()).summary).toBe('shop: left alone, as a call was denied');
    }
    expect(asked).toBe(1);
    rig.throttle.putPlan = putPlan;
    rig.clock.advance(DENIED_HOLD_MS);
    await rig.renew();
    expect(rig.throttle.lease('quotes', 'i1')).not.toBe(null);
  });
});
