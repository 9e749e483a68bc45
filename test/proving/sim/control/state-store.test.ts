import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Lease, StateStore } from '../../../../core/ports/index.ts';
import { randomOf, type Random } from '../../../../proving/sim/kernel/index.ts';
import { ledgerItem, NOW } from '../../../core/database/fixtures.ts';
import { startAdapter, type Adapter } from './adapter.ts';
import { simulated } from './simulated.ts';
import { describeStateStore, poolItem } from './state-store-contract.ts';

let adapter: Adapter;
beforeAll(async () => {
  adapter = await startAdapter();
}, 60_000);
afterAll(() => adapter.stop());

describeStateStore('the simulated state store', () => Promise.resolve(simulated()));
describeStateStore('the state store over DynamoDB', () => Promise.resolve(adapter));

/** Any request of two competing invocations, with clocks that disagree. */
async function anyRequest(
  store: StateStore,
  random: Random,
  known: { leases: Lease[]; name: string },
): Promise<unknown> {
  const holder = random.pick(['one', 'two', 'three']);
  const now = NOW + random.between(0, 20) * 1000;
  const epoch = random.between(1, 4);
  const item = ledgerItem({
    clusterId: known.name,
    id: random.pick(['a', 'b']),
    startedAt: NOW + random.between(0, 1),
    epoch,
  });
  switch (random.between(1, 8)) {
    case 1: {
      const lease = await store.acquireLease({ name: known.name, holder, now, ms: 5000 });
      if (lease !== null) known.leases.push(lease);
      return lease;
    }
    case 2:
      return store.takeLease({ name: known.name, holder, now, ms: 5000 });
    case 3:
      return known.leases.length === 0
        ? null
        : store.renewLease(random.pick(known.leases), { now, ms: 5000 });
    case 4:
      return known.leases.length === 0 ? null : store.releaseLease(random.pick(known.leases), now);
    case 5:
      return store.putPool(poolItem(known.name, epoch));
    case 6:
      return store.appendLedger(item);
    case 7:
      return store.updateLedger(item);
    default:
      return [
        await store.readLease(known.name),
        await store.readPool(known.name),
        await store.recentLedger(known.name, 3),
      ];
  }
}

describe('both stores', () => {
  it.each([1, 2])(
    'answer the same to the same requests (seed %d)',
    async (seed) => {
      const name = `both-${seed}`;
      const answers = async (store: StateStore): Promise<unknown[]> => {
        const random = randomOf(seed);
        const known = { leases: [], name };
        const given: unknown[] = [];
        for (let count = 0; count < 150; count += 1) given.push(await anyRequest(store, random, known));
        return given;
      };
      const real = await answers(adapter.store);
      expect(await answers(simulated().store)).toEqual(real);
      const texts = real.map((answer) => JSON.stringify(answer));
      expect(texts).toContain('false');
      expect(texts).toContain('null');
    },
    60_000,
  );
});
