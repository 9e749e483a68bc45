/** That the findings of the simulated clients can find something, and that their other reports are right. */

import { describe, expect, it } from 'vitest';
import type { SimDatabase } from '../../../../proving/sim/database/index.ts';
import { START_MS } from '../../../../proving/sim/kernel/index.ts';
import { failures, stage, type StageOptions, WARM_MS } from './stage.ts';

/** A database of which some answers are other than the truth. */
function lying(lies: (database: SimDatabase) => Partial<SimDatabase>) {
  return (database: SimDatabase): SimDatabase => {
    const told = lies(database);
    return new Proxy(database, {
      get: (target, name) => {
        if (name in told) return told[name as keyof SimDatabase];
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });
  };
}

/** The old writer wakes, and one client reaches nobody else. */
async function wokenWriter(options: StageOptions) {
  const on = stage(options);
  const { database, at, runTo } = on;
  at(WARM_MS, () => database.freeze('db-1'));
  at(WARM_MS + 5000, () => database.failover('db-2'));
  at(WARM_MS + 15_000, () => {
    for (const id of ['db-2', 'db-3']) database.cut('client:shop-1', id);
    database.thaw('db-1');
  });
  at(WARM_MS + 90_000, () => database.mend('client:shop-1', '*'));
  await runTo(WARM_MS + 120_000);
  return on.clients.findings();
}

describe('the findings of simulated clients', () => {
  it('I-02, I-19: name the writes that a storage without a fence acknowledged to an old writer', async () => {
    const unfenced = await wokenWriter({ defect: 'unfenced' });
    expect(unfenced.lost.length).toBeGreaterThan(3);
    expect(unfenced.staleWriter).toEqual(expect.arrayContaining([...unfenced.lost]));
    const fenced = await wokenWriter({});
    expect(fenced).toMatchObject({ lost: [], staleWriter: [], stale: [], duplicated: [] });
  });

  it('I-19: name the writes that were acknowledged before storage had them', async () => {
    const on = stage({ defect: 'asynchronous', writesPerSecond: 10 });
    on.at(WARM_MS, () => on.database.crash('db-1'));
    await on.runTo(WARM_MS + 60_000);
    expect(on.clients.findings().lost.length).toBeGreaterThan(1);
  });

  it('name own writes that a read did not show', async () => {
    const allPositions = lying(({ topology }) => ({
      topology: {
        seeds: topology.seeds,
        isWriter: (connection) => topology.isWriter(connection),
        position: async () => '1',
        view: (connection) => topology.view(connection),
      },
    }));
    const on = stage({ between: allPositions });
    on.at(WARM_MS, () => ['db-2', 'db-3'].forEach((id) => on.database.pauseReplay(id, true)));
    await on.runTo(WARM_MS + 5000);
    expect(on.clients.findings().stale.length).toBeGreaterThan(3);
  });

  it('name what was stored twice and may not be', async () => {
    const twice = lying(() => ({ timesStored: () => 2 }));
    const on = stage({ between: twice });
    await on.runTo(10_000);
    const { duplicated, acknowledged } = on.clients.findings();
    expect(duplicated.length).toBeGreaterThan(5);
    expect(duplicated.length).toBeLessThan(acknowledged);
  });
});

describe('the reports of simulated clients', () => {
  it('write an outcome item each 5 s for each process', async () => {
    const on = stage();
    await on.runTo(60_500);
    for (const process of ['shop-1', 'shop-2']) {
      const items = on.outcomes.filter(({ processId }) => processId === process);
      expect(items.map(({ windowMs }) => windowMs)).toEqual(Array.from({ length: 12 }, () => 5000));
      expect(items.every(({ application, writes }) => application === 'shop' && writes.errors === 0)).toBe(
        true,
      );
    }
    expect(on.outcomes).toHaveLength(24);
  });

  it('and soon after a write failed; the items agree with the requests', async () => {
    const on = stage();
    on.at(WARM_MS, () => on.database.freeze('db-1'));
    await on.runTo(60_500);
    const items = on.outcomes.filter(({ processId }) => processId === 'shop-1');
    const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
    const reported = sum(items.map(({ writes }) => writes.errors));
    expect(reported).toBeGreaterThan(40);
    expect(Math.abs(reported - failures(on, 'write', 'shop-1').count)).toBeLessThanOrEqual(3);
    expect(sum(items.map(({ members }) => members['db-1']?.errors ?? 0))).toBeGreaterThan(0);
    const told = items.find(({ writes }) => writes.errors > 0)!.at - START_MS;
    expect(told - failures(on, 'write', 'shop-1').first).toBeLessThan(6000);
  });

  it('a store that fails or hangs costs no request', async () => {
    const on = stage();
    on.outcomes.push = () => {
      throw new Error('no table');
    };
    await on.runTo(30_000);
    expect([failures(on, 'read').count, failures(on, 'write').count]).toEqual([0, 0]);
  });

  it('after the stop nothing is asked any more', async () => {
    const on = stage();
    await on.runTo(10_000);
    let over = false;
    void on.clients.stop().then(() => (over = true));
    await on.runTo(20_000);
    const { length } = on.clients.requests;
    expect(over).toBe(true);
    expect(await on.runTo(200_000)).toBe(0);
    expect(on.clients.requests).toHaveLength(length);
  });
});
