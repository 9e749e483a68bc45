/** What every state store must do. The simulated one and the adapter over DynamoDB are held to the same cases. */

import { beforeEach, describe, expect, it } from 'vitest';
import type { StateStore } from '../../../../core/ports/index.ts';
import type { ControlItem, OutcomeItem, PoolItem } from '../../../../core/state/items.ts';
import { ledgerItem, NOW, observation, ZONES } from '../../../core/database/fixtures.ts';

export interface StoreUnderTest {
  readonly store: StateStore;
  /** Writes what only applications and engineers write. */
  putOutcome(item: OutcomeItem): Promise<void>;
  putControl(tier: string, item: ControlItem): Promise<void>;
}

export function poolItem(clusterId: string, epoch: number, change: Partial<PoolItem> = {}): PoolItem {
  return {
    kind: 'pool',
    clusterId,
    epoch,
    at: NOW,
    failOpen: false,
    members: { r1: { state: 'in', since: NOW } },
    endpointEditedAt: null,
    excluded: [],
    removals: [{ memberId: 'r1', az: 'a', at: NOW }],
    ...change,
  };
}

export function outcomeItem(processId: string, change: Partial<OutcomeItem> = {}): OutcomeItem {
  return {
    kind: 'outcome',
    application: 'shop',
    processId,
    at: NOW,
    windowMs: 5000,
    members: { r1: { ok: 3, errors: 1 } },
    writes: { ok: 2, errors: 0 },
    ...change,
  };
}

let round = 0;

/** @param under made before each test; names are new for each, so one table serves all */
export function describeStateStore(what: string, under: () => Promise<StoreUnderTest>): void {
  describe(what, () => {
    let made: StoreUnderTest;
    let store: StateStore;
    beforeEach(async () => {
      round += 1;
      made = await under();
      store = made.store;
    });
    const request = (holder: string, now = NOW) => ({ name: `lease-${round}`, holder, now, ms: 60_000 });
    const cluster = (): string => `cluster-${round}`;

    it('I-12: gives a lease to one holder at a time, until the very end of it', async () => {
      const first = await store.acquireLease(request('one'));
      expect(first).toEqual({ name: `lease-${round}`, holder: 'one', token: 1, until: NOW + 60_000 });
      expect(await store.acquireLease(request('two', NOW + 60_000))).toBe(null);
      expect((await store.acquireLease(request('two', NOW + 60_001)))?.token).toBe(2);
    });

    it('I-12: gives the same holder a new token, and takes the old one back for good', async () => {
      const first = await store.acquireLease(request('one'));
      const second = await store.acquireLease(request('one'));
      expect(second?.token).toBe(2);
      expect(await store.renewLease(first!, { now: NOW, ms: 1 })).toBe(null);
      expect(await store.releaseLease(first!, NOW)).toBe(false);
      expect(await store.renewLease(second!, { now: NOW, ms: 5 })).toEqual({ ...second, until: NOW + 5 });
    });

    it('I-12: a released lease is free at once, and its token never comes again', async () => {
      const first = await store.acquireLease(request('one'));
      expect(await store.releaseLease(first!, NOW)).toBe(true);
      expect(await store.readLease(`lease-${round}`)).toEqual({ ...first, until: NOW - 1 });
      expect((await store.acquireLease(request('two')))?.token).toBe(2);
      expect(await store.releaseLease(first!, NOW)).toBe(false);
    });

    it('renews nothing that was never given, and reads null for it', async () => {
      const never = { name: `lease-${round}`, holder: 'one', token: 1, until: NOW };
      expect(await store.renewLease(never, { now: NOW, ms: 1 })).toBe(null);
      expect(await store.readLease(`lease-${round}`)).toBe(null);
    });

    it('lets a successor take a lease whoever holds it', async () => {
      await store.takeLease(request('one'));
      expect(await store.takeLease(request('two'))).toEqual({
        name: `lease-${round}`,
        holder: 'two',
        token: 2,
        until: NOW + 60_000,
      });
    });

    it('I-07: refuses a pool under a lower epoch, and takes the same one again', async () => {
      expect(await store.readPool(cluster())).toBe(null);
      expect(await store.putPool(poolItem(cluster(), 2))).toBe(true);
      expect(await store.putPool(poolItem(cluster(), 2, { failOpen: true }))).toBe(true);
      expect(await store.putPool(poolItem(cluster(), 1))).toBe(false);
      expect(await store.readPool(cluster())).toEqual(poolItem(cluster(), 2, { failOpen: true }));
    });

    it('leaves out what is undefined', async () => {
      const { removals: _removals, ...rest } = poolItem(cluster(), 1);
      await store.putPool({ ...rest, removals: undefined });
      expect(Object.keys((await store.readPool(cluster()))!)).not.toContain('removals');
    });

    it('keeps a ledger: appended once, updated under no lower epoch, newest first', async () => {
      const item = (epoch: number, startedAt: number) =>
        ledgerItem({ clusterId: cluster(), id: `failover-${startedAt}`, epoch, startedAt });
      expect(await store.updateLedger(item(1, NOW))).toBe(false);
      expect(await store.appendLedger(item(2, NOW))).toBe(true);
      expect(await store.appendLedger(item(3, NOW))).toBe(false);
      expect(await store.updateLedger(item(1, NOW))).toBe(false);
      expect(await store.updateLedger({ ...item(3, NOW), after: 'c' })).toBe(true);
      await store.appendLedger(item(3, NOW + 1));
      await store.appendLedger(item(3, NOW - 1));
      const recent = await store.recentLedger(cluster(), 2);
      expect(recent).toEqual([item(3, NOW + 1), { ...item(3, NOW), after: 'c' }]);
    });

    it('gives the newest observation of each zone, as it was written', async () => {
      const zone = (index: number): string => `${ZONES[index]}-${round}`;
      for (const at of [NOW + 1000, NOW]) {
        await store.putObservation(observation({ az: zone(0), members: ['a', 'b'], change: { at } }));
      }
      const found = await store.latestObservations([zone(0), zone(1)]);
      expect(found).toEqual([observation({ az: zone(0), members: ['a', 'b'], change: { at: NOW + 1000 } })]);
    });

    it('keeps one outcome item for each process', async () => {
      const application = `shop-${round}`;
      await made.putOutcome(outcomeItem('p-1', { application }));
      await made.putOutcome(outcomeItem('p-2', { application }));
      await made.putOutcome(outcomeItem('p-1', { application, at: NOW + 5 }));
      const found = await store.outcomes([application, 'nobody']);
      expect(found.map(({ processId, at }) => [processId, at])).toEqual([
        ['p-2', NOW],
        ['p-1', NOW + 5],
      ]);
    });

    it('reads back thresholds and control items, and null for what is not there', async () => {
      const tier = `tier-${round}`;
      const item = { kind: 'thresholds' as const, tier, values: { x: 0.5 }, at: NOW, refused: {} };
      expect(await store.readThresholds(tier)).toBe(null);
      await store.putThresholds(item);
      expect(await store.readThresholds(tier)).toEqual(item);
      const control = { kind: 'control' as const, mode: null, paused: true, by: 'x', why: 'y', at: NOW };
      expect(await store.readControl(tier)).toBe(null);
      await made.putControl(tier, control);
      expect(await store.readControl(tier)).toEqual(control);
    });
  });
}
