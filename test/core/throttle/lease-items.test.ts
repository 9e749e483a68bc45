import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ThrottleLeaseItem } from '../../../core/state/throttle-items.ts';
import { GRANTED_MAX, holdersOf, leaseItemOf, type Lease } from '../../../core/throttle/index.ts';
import { AT, demandItem, leaseItem, quotasItem } from '../../lambdas/fakes/throttle-items.ts';

const granted = (epoch: number, total: number) => ({ epoch, at: AT, until: AT + 30_000 + epoch, total });
const lease = (epoch: number, total: number): Lease => ({
  ...granted(epoch, total),
  callers: {},
  others: total,
});
const holds = (epoch: number, total = 10) => ({ epoch, until: AT + 30_000, total });

describe('a holder', () => {
  it('is an instance that has reported, with every lease that it may have taken up since', () => {
    const known = leaseItem({ epoch: 7, answers: AT - 1, granted: [granted(5, 50), granted(7, 70)] });
    const [holder] = holdersOf([demandItem({ held: holds(4, 40), others: 3 })], [known]);
    expect(holder).toEqual({
      instance: 'i1',
      at: AT,
      answered: false,
      demand: { a: 10 },
      others: 3,
      held: holds(4, 40),
      granted: known.granted,
    });
    const [later] = holdersOf([demandItem({ held: holds(5, 50) })], [known]);
    expect(later!.granted).toEqual([granted(7, 70)]);
  });

  it('has been answered when its lease says so, and not when it has reported anew', () => {
    const known = leaseItem({ answers: AT });
    expect(holdersOf([demandItem({ at: AT })], [known])[0]!.answered).toBe(true);
    expect(holdersOf([demandItem({ at: AT + 1 })], [known])[0]!.answered).toBe(false);
    expect(holdersOf([demandItem({ at: AT - 1 })], [known])[0]!.answered).toBe(false);
    expect(holdersOf([demandItem()], [])[0]!.answered).toBe(false);
  });

  it('is believed about a lease only where there is no record of it', () => {
    const known = leaseItem({ granted: [granted(5, 50)] });
    expect(holdersOf([demandItem({ held: holds(5, 1) })], [known])[0]!.held).toEqual(granted(5, 50));
    expect(holdersOf([demandItem({ held: holds(4, 1) })], [known])[0]!.held).toEqual(holds(4, 1));
    expect(holdersOf([demandItem({ held: holds(4, 1) })], [])[0]!.held).toEqual(holds(4, 1));
  });

  it('is also one that says nothing while its lease may be in force: it wants nothing and gets nothing', () => {
    const known = leaseItem({ instance: 'silent' });
    const holders = holdersOf([demandItem()], [known]);
    expect(holders.map(({ instance }) => instance)).toEqual(['i1', 'silent']);
    const { granted: given, at } = known;
    expect(holders[1]).toMatchObject({
      at,
      answered: true,
      demand: {},
      others: 0,
      held: null,
      granted: given,
    });
  });
});

describe('the item of a lease', () => {
  const quotas = quotasItem({ burstS: 2 });

  it('remembers every lease that is newer than the one that its instance held', () => {
    const known = leaseItem({ epoch: 7, granted: [granted(5, 50), granted(7, 70)] });
    const item = leaseItemOf({ lease: lease(9, 90), demand: demandItem({ held: holds(5) }), known, quotas });
    expect(item.granted.map(({ epoch }) => epoch)).toEqual([7, 9]);
    expect(item).toMatchObject({ epoch: 9, total: 90, burstS: 2, answers: AT, instance: 'i1' });
    const none = leaseItemOf({ lease: lease(9, 90), demand: demandItem(), known, quotas });
    expect(none.granted.map(({ epoch }) => epoch)).toEqual([5, 7, 9]);
  });

  it('counts leases that are too many to tell apart for at least as much as each of them', () => {
    const one = fc.record({ total: fc.nat(1000), lengthMs: fc.integer({ min: 20_000, max: 300_000 }) });
    fc.assert(
      fc.property(fc.array(one, { minLength: 1, maxLength: 30 }), fc.nat(400_000), (given, laterMs) => {
        let known: ThrottleLeaseItem | undefined;
        for (const [n, { total, lengthMs }] of given.entries()) {
          const next = { ...lease(n + 1, total), until: AT + n * 1000 + lengthMs };
          known = leaseItemOf({ lease: next, demand: demandItem({ at: AT + n }), known, quotas });
        }
        const { granted: kept } = known!;
        expect(kept.length).toBeLessThanOrEqual(GRANTED_MAX);
        expect(kept.at(-1)).toMatchObject({ epoch: given.length, total: given.at(-1)!.total });
        const now = AT + laterMs;
        const rate = ({ total, until }: { total: number; until: number }): number =>
          until > now ? total : total * 0.9;
        const all = given.map(({ total, lengthMs }, n) => ({ total, until: AT + n * 1000 + lengthMs }));
        expect(Math.max(...kept.map(rate))).toBeGreaterThanOrEqual(Math.max(...all.map(rate)));
      }),
    );
  });
});
