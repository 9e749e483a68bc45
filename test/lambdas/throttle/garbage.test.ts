/** What an application may write into its own demand partition: anything. */

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DemandItem } from '../../../core/state/throttle-items.ts';
import { METRIC } from '../../../lambdas/throttle/contract.ts';
import { INSTANCES_MAX } from '../../../lambdas/throttle/observe.ts';
import { demandItem, quotasItem } from '../fakes/throttle-items.ts';
import { RENEW_MS, Rig } from './rig.ts';

const CAPACITY = 1000;

async function settled(): Promise<Rig> {
  const rig = new Rig();
  rig.add('i1', { a: 600 });
  rig.add('i2', { a: 600, b: 300 });
  await rig.settle();
  return rig;
}

describe('SEC-07: garbage in the demand partition', () => {
  const now = new Rig().clock.now() + 9 * RENEW_MS;
  const odd = (change: Partial<Record<keyof DemandItem, unknown>>): unknown => ({
    ...demandItem({ at: now, instance: 'odd' }),
    ...change,
  });
  const rows: readonly (readonly [what: string, sk: string, item: unknown])[] = [
    ['nothing', 'quotes#odd', null],
    ['a list', 'quotes#odd', [1]],
    ['another kind', 'quotes#odd', odd({ kind: 'throttle-lease' })],
    ['a negative demand', 'quotes#odd', odd({ callers: { a: -1 } })],
    ['a demand that is no number', 'quotes#odd', odd({ callers: { a: Number.NaN } })],
    ['a demand of text', 'quotes#odd', odd({ callers: { a: '5' } })],
    ['a huge demand', 'quotes#odd', odd({ callers: { a: 1e300 } })],
    ['a negative demand of others', 'quotes#odd', odd({ others: -5 })],
    ['a huge demand of others', 'quotes#odd', odd({ others: 1e7 })],
    ['no callers', 'quotes#odd', odd({ callers: null })],
    [
      'thousands of names',
      'quotes#odd',
      odd({ callers: Object.fromEntries(Array.from({ length: 5000 }, (_, n) => [`n${n}`, 1])) }),
    ],
    ['an endless name', 'quotes#odd', odd({ callers: { ['x'.repeat(129)]: 1 } })],
    ['an empty name', 'quotes#odd', odd({ callers: { '': 1 } })],
    ['another application', 'quotes#odd', odd({ application: 'clerk' })],
    ['another resource', 'quotes#odd', odd({ resource: 'orders' })],
    ['a resource of nobody', 'orders#odd', odd({ resource: 'orders' })],
    ['another instance', 'quotes#odd', odd({ instance: 'i1' })],
    ['an instance that is no name', 'quotes#a b', odd({ instance: 'a b' })],
    ['an instance of an object', 'quotes#odd', odd({ instance: { toString: 'odd' } })],
    ['a key without a resource', 'odd', odd({})],
    ['a date in the future', 'quotes#odd', odd({ at: now + 60_000 })],
    ['a date that is none', 'quotes#odd', odd({ at: 'now' })],
    ['no lease at all', 'quotes#odd', odd({ held: undefined })],
    ['half a lease', 'quotes#odd', odd({ held: { epoch: 1 } })],
    ['half an epoch', 'quotes#odd', odd({ held: { epoch: 1.5, until: now, total: 1 } })],
    ['a negative lease', 'quotes#odd', odd({ held: { epoch: 1, until: now, total: -500 } })],
    ['a lease without an end', 'quotes#odd', odd({ held: { epoch: 1, until: Infinity, total: 1 } })],
    ['a lease without a bound', 'quotes#odd', odd({ held: { epoch: 1, until: now, total: Infinity } })],
  ];

  it.each(rows)('drops and counts %s, and nobody notices', async (_, sk, item) => {
    const rig = await settled();
    rig.throttle.write('shop', sk, item);
    const before = rig.instances.map((instance) => structuredClone(instance.lease!.callers));
    await rig.renew();
    expect(rig.metrics.values(METRIC.refusedItems).at(-1)).toBe(1);
    expect(rig.logged.join()).toContain('demand refused');
    expect(rig.throttle.leaseItems.size).toBe(2);
    for (const [at, instance] of rig.instances.entries()) {
      for (const [caller, perS] of Object.entries(before[at]!)) {
        expect(instance.lease!.callers[caller]).toBeCloseTo(perS, 6);
      }
    }
  });

  it("in an instance's own place frees nothing: its lease counts as long as it may be in force", async () => {
    const rig = await settled();
    const [first, second] = rig.instances;
    second!.demand = { a: 5000 };
    first!.reaches = false;
    rig.throttle.write('shop', 'quotes#i1', { kind: 'demand', callers: 'none' });
    for (let n = 0; n < 4; n += 1) {
      await rig.renew();
      expect(rig.total()).toBeLessThanOrEqual(CAPACITY + 1e-6);
    }
  });

  it('a lie about the lease it holds frees nothing while the lease is on record', async () => {
    const rig = await settled();
    const [first, second] = rig.instances;
    second!.demand = { a: 5000 };
    first!.demand = {};
    const given = first!.lease!;
    rig.clock.advance(RENEW_MS);
    rig.report();
    const held = { epoch: given.epoch, until: 0, total: 0 };
    rig.throttle.report(demandItem({ instance: 'i1', at: rig.clock.now(), callers: {}, held }));
    await rig.run();
    expect(rig.throttle.lease('quotes', 'i2')!.total + given.total).toBeLessThanOrEqual(CAPACITY + 1e-6);
  });

  it('an instance that never takes up a lease makes its item no longer than it may be', async () => {
    const rig = new Rig();
    for (let n = 0; n < 50; n += 1) {
      rig.clock.advance(1000);
      rig.throttle.report(demandItem({ at: rig.clock.now(), callers: { a: 2000 } }));
      await rig.run();
    }
    const { granted } = rig.throttle.lease('quotes', 'i1')!;
    expect(granted.length).toBeLessThanOrEqual(8);
    expect(granted.at(-1)!.epoch).toBe(50);
  });

  it('SEC-16: of very many instances the ones with leases go first, and only so many are planned', async () => {
    const rig = await settled();
    for (let n = 0; n < 3 * INSTANCES_MAX; n += 1) {
      const at = rig.clock.now() + RENEW_MS;
      rig.throttle.report(demandItem({ instance: `many-${n}`, at, callers: { z: 10 } }));
    }
    await rig.renew();
    expect(rig.throttle.leaseItems.size).toBe(INSTANCES_MAX);
    expect(rig.instances.every(({ lease }) => lease!.at === rig.clock.now())).toBe(true);
    expect(rig.metrics.values(METRIC.refusedItems).at(-1)).toBe(2 * INSTANCES_MAX + 2);
  });

  it('SEC-16: plans nothing for an application that writes more than is read, and the others all the same', async () => {
    const rig = await settled();
    const other = quotasItem({ resource: 'orders', application: 'clerk' });
    const { demands } = rig.throttle;
    rig.throttle.demands = async (application) => ({
      ...(await demands.call(rig.throttle, application)),
      complete: application !== 'shop',
    });
    rig.putQuotas(other);
    rig.resources.push({ resource: 'orders', application: 'clerk' });
    rig.add('k1', { b: 10 }, other);
    rig.clock.advance(RENEW_MS);
    rig.report();
    const before = structuredClone(rig.throttle.lease('quotes', 'i1'));
    const { summary } = await rig.run();
    expect(summary).toContain('shop: more demand is written than is read');
    expect(rig.throttle.lease('quotes', 'i1')).toEqual(before);
    expect(rig.throttle.lease('orders', 'k1')).not.toBe(null);
  });
});

it('SEC-07: whatever an application writes, what honest instances and its own records allow stays within the capacity', async () => {
  const number = fc.oneof(fc.double(), fc.integer({ min: -10, max: 3000 }), fc.constantFrom(1e6, 1e7, 1e300));
  const held = fc.record({ epoch: fc.oneof(fc.nat(30), number), until: number, total: number });
  const name = fc.constantFrom('a', 'b', '', '__proto__', 'constructor', 'x'.repeat(200));
  const item = fc.record(
    {
      kind: fc.constantFrom('demand', 'demand', 'demand', 'lease'),
      application: fc.constantFrom('shop', 'shop', 'clerk'),
      resource: fc.constantFrom('quotes', 'quotes', 'orders'),
      instance: fc.constantFrom('g1', 'g2', 'i1'),
      at: fc.oneof(number, fc.constant(new Rig().clock.now() + 9 * RENEW_MS)),
      callers: fc.oneof(fc.dictionary(name, number), fc.anything()),
      others: number,
      held: fc.oneof(held, fc.constant(null), fc.anything()),
    },
    { requiredKeys: [] },
  );
  const written = fc.array(fc.tuple(fc.constantFrom('quotes#g1', 'quotes#g2', 'x', ''), item), {
    maxLength: 6,
  });
  await fc.assert(
    fc.asyncProperty(fc.array(written, { maxLength: 6 }), async (rounds) => {
      const rig = await settled();
      for (const round of rounds) {
        for (const [sk, garbage] of round) rig.throttle.write('shop', sk, garbage);
        await rig.renew();
        // The garbage's own instances exist nowhere: what they are given is used by nobody.
        expect(rig.total()).toBeLessThanOrEqual(CAPACITY + 1e-6);
        const given = rig.throttle.leaseItems.values().toArray();
        for (const { callers, others, total } of given) {
          expect([...Object.values(callers), others, total].every((perS) => perS >= 0)).toBe(true);
          expect(total).toBeLessThanOrEqual(CAPACITY + 1e-6);
        }
      }
    }),
    { numRuns: 200 },
  );
});
