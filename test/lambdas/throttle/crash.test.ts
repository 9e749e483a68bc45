/** Killed, paused and overtaken: whatever becomes of an invocation, no more than the capacity is in force. */

import { describe, expect, it } from 'vitest';
import { LEASE_MS } from '../../../lambdas/throttle/contract.ts';
import { Killed, Process } from '../fakes/process.ts';
import { quotasItem } from '../fakes/throttle-items.ts';
import { demandEvent, RENEW_MS, Rig } from './rig.ts';

const CAPACITY = 1000;

/** Demand has just moved, so that leases shrink and grow; the reports are written, and nothing has run. */
async function moved(): Promise<Rig> {
  const rig = new Rig();
  const [a, b] = [rig.add('i1', { x: 900 }), rig.add('i2', { x: 50 })];
  rig.add('i3', { y: 500 });
  await rig.settle();
  a.demand = { x: 50 };
  b.demand = { x: 900 };
  rig.add('i4', { y: 500 });
  rig.clock.advance(RENEW_MS);
  rig.report();
  return rig;
}

async function die(run: Promise<unknown>): Promise<void> {
  await run.catch((error: unknown) => {
    if (!(error instanceof Killed)) throw error;
  });
}

function within(rig: Rig, where: string): void {
  // The fourth may use a hundredth until it has its first lease.
  expect(rig.total(), where).toBeLessThanOrEqual(CAPACITY * 1.01 + 1e-6);
}

describe('I-13: killed before or after any external call', () => {
  it('the next invocations get there, and never is more in force than the capacity', async () => {
    const counting = new Process();
    await (await moved()).run(demandEvent(), counting);
    expect(counting.names.filter((name) => name === 'putLease')).toHaveLength(4);
    for (let killAt = 1; killAt <= counting.calls; killAt += 1) {
      for (const killWhen of ['before', 'after'] as const) {
        const where = `${killWhen} call ${killAt} (${counting.names[killAt - 1]})`;
        const rig = await moved();
        await die(rig.run(demandEvent(), Object.assign(new Process(), { killAt, killWhen })));
        rig.fetch();
        within(rig, where);
        for (let n = 0; n < 5; n += 1) {
          // The dead invocation's lease has to end before another one may write.
          rig.clock.advance(4000);
          await rig.run();
          rig.fetch();
          within(rig, where);
          await rig.renew();
          within(rig, where);
        }
        expect(rig.total(), where).toBeCloseTo(CAPACITY, 6);
        expect(rig.instances[1]!.lease!.callers['x'], where).toBeGreaterThan(400);
      }
    }
  });
});

describe('F-19: paused while others take over', () => {
  it('I-07, I-12: writes nothing that was decided before', async () => {
    for (const pausedAt of ['demands', 'leases', 'readQuotas', 'readControl', 'putPlan', 'putLease']) {
      const rig = await moved();
      const process = new Process();
      let paused = false;
      process.onCall = async (name) => {
        if (name !== pausedAt || paused) return;
        paused = true;
        for (let n = 0; n < 12; n += 1) {
          await rig.renew();
          within(rig, pausedAt);
        }
      };
      await rig.run(demandEvent(), process);
      expect(paused, pausedAt).toBe(true);
      expect(rig.throttle.epochs, pausedAt).toEqual(rig.throttle.epochs.toSorted((a, b) => a - b));
      rig.fetch();
      within(rig, pausedAt);
    }
  });

  it('I-07: writes nothing once its lease has ended, though nobody else has come', async () => {
    for (const [pausedAt, put] of [
      ['readControl', 0],
      ['putPlan', 0],
    ] as const) {
      const rig = await moved();
      const before = structuredClone(rig.throttle.leaseItems);
      const process = new Process();
      process.onCall = (name) => {
        if (name === pausedAt) rig.clock.advance(LEASE_MS);
        return Promise.resolve();
      };
      const { summary } = await rig.run(demandEvent(), process);
      expect(summary, pausedAt).toEqual(expect.stringMatching(/the lease ends in|no time is left/));
      expect(process.names.filter((name) => name === 'putLease')).toHaveLength(put);
      expect(rig.throttle.leaseItems, pausedAt).toEqual(before);
    }
  });

  it('I-12: stops at a plan that was overtaken, for every application', async () => {
    const rig = await moved();
    const other = quotasItem({ resource: 'orders', application: 'clerk' });
    rig.putQuotas(other);
    rig.resources.push({ resource: 'orders', application: 'clerk' });
    rig.add('k1', { b: 10 }, other);
    rig.report();
    rig.throttle.putPlan = () => Promise.resolve(false);
    const process = new Process();
    expect((await rig.run(demandEvent(), process)).summary).toBe('shop: overtaken by a higher epoch');
    expect(process.names).not.toContain('putLease');
    expect(process.names.filter((name) => name === 'demands')).toHaveLength(1);
  });

  it('I-07: a put that comes late is seen by whoever planned meanwhile: the lease it made is taken into account', async () => {
    const rig = await moved();
    // The invocation that is late has a token of its own.
    const dying = new Process();
    await rig
      .run(demandEvent(), Object.assign(dying, { killAt: 1, killWhen: 'after' as const }))
      .catch(() => {});
    rig.clock.advance(LEASE_MS + 1);
    const { putLease } = rig.throttle;
    let isLate = true;
    rig.throttle.putLease = async (item, before) => {
      if (isLate && item.instance === 'i2') {
        isLate = false;
        // A put of the invocation before arrives between this one's look and its own put.
        const late = { ...item, epoch: item.epoch - 1, total: 400 };
        await putLease.call(rig.throttle, late, before);
      }
      return putLease.call(rig.throttle, item, before);
    };
    const { summary } = await rig.run();
    expect(summary).toBe('shop: a lease was overtaken');
    expect(rig.throttle.lease('quotes', 'i2')!.total).toBe(400);
    rig.clock.advance(RENEW_MS);
    rig.report();
    await rig.run();
    expect(rig.throttle.plans.get('quotes')!.inForceMaxPerS).toBeGreaterThanOrEqual(400);
  });

  it('I-12: while another invocation holds the lease it does nothing', async () => {
    const rig = await moved();
    await rig.store.takeLease({ name: 'throttle', holder: 'other', now: rig.clock.now(), ms: 60_000 });
    const { length } = rig.throttle.epochs;
    expect(await rig.run()).toMatchObject({ ran: false, summary: 'another invocation holds the lease' });
    expect(rig.throttle.epochs).toHaveLength(length);
  });

  it('I-32: does nothing when the wall clock steps while it looks', async () => {
    const rig = await moved();
    const process = new Process();
    process.onCall = (name) => {
      if (name === 'readControl') rig.clock.wallMs += 1500;
      return Promise.resolve();
    };
    const { length } = rig.throttle.epochs;
    expect((await rig.run(demandEvent(), process)).summary).toBe(
      'shop: not clear: the wall clock has stepped',
    );
    expect(rig.throttle.epochs).toHaveLength(length);
  });
});
