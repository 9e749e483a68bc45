import { describe, expect, it } from 'vitest';
import { SimStorage } from '../../../../proving/sim/database/storage.ts';
import { SimClock, START_MS } from '../../../../proving/sim/kernel/index.ts';
import type { StorageDefect } from '../../../../proving/sim/database/index.ts';

function setUp(defect: StorageDefect | null = null) {
  const clock = new SimClock();
  const storage = new SimStorage(clock, defect);
  let alive = true;
  const commit = (id: string, generation = 1, told = true): boolean =>
    storage.commit({
      id,
      memberId: 'db-1',
      generation,
      position: storage.durable,
      told,
      isAlive: () => alive,
    });
  return { clock, storage, commit, die: () => (alive = false) };
}

describe('the storage of a simulated cluster', () => {
  it('keeps commits in one order, and knows where each stands and when it came', async () => {
    const { clock, storage, commit } = setUp();
    commit('a');
    await clock.runUntil(START_MS + 100);
    commit('b', 1, false);
    expect(storage.commits).toMatchObject([
      { id: 'a', at: START_MS, position: 1, generation: 1, acknowledged: true },
      { id: 'b', at: START_MS + 100, position: 2, generation: 1, acknowledged: false },
    ]);
    expect([storage.durable, storage.positionOf('b'), storage.positionOf('c')]).toEqual([2, 2, null]);
    expect([-1, 0, 99, 100].map((ms) => storage.positionAt(START_MS + ms))).toEqual([0, 1, 1, 2]);
    await clock.runUntil(START_MS + 130);
    expect([storage.waitingMs(1), storage.waitingMs(2)]).toEqual([30, 0]);
  });

  it('I-02: takes nothing behind the fence, and then only what the new generation writes', () => {
    const { storage, commit } = setUp();
    commit('a');
    storage.fence();
    expect([commit('b'), storage.takes(1)]).toEqual([false, false]);
    expect(storage.beginGeneration()).toBe(2);
    expect([commit('c'), commit('d', 2)]).toEqual([false, true]);
    expect(storage.durable).toBe(2);
    expect(storage.commits.map(({ id, acknowledged }) => `${id} ${acknowledged}`)).toEqual([
      'a true',
      'b false',
      'c false',
      'd true',
    ]);
    expect([storage.timesStored('b'), storage.timesStored('c')]).toEqual([0, 0]);
  });

  it('opens the fence again for the writer of before', () => {
    const { storage, commit } = setUp();
    storage.fence();
    storage.resumeGeneration();
    expect([commit('a'), storage.generation]).toEqual([true, 1]);
  });

  it('counts how often a write is stored', () => {
    const { storage, commit } = setUp();
    commit('a', 1, false);
    commit('a');
    expect([storage.timesStored('a'), storage.positionOf('a')]).toEqual([2, 1]);
  });

  it('with the defect `unfenced` acknowledges what it throws away', () => {
    const { storage, commit } = setUp('unfenced');
    storage.fence();
    storage.beginGeneration();
    expect(commit('late', 1)).toBe(true);
    expect(storage.commits.at(-1)).toMatchObject({ id: 'late', generation: 1, acknowledged: true });
    expect(storage.timesStored('late')).toBe(0);
  });

  it('with the defect `asynchronous` loses what it acknowledged and had not yet', async () => {
    const { clock, storage, commit, die } = setUp('asynchronous');
    commit('early');
    await clock.runUntil(START_MS + 1000);
    commit('late');
    die();
    await clock.runUntil(START_MS + 2000);
    expect(storage.commits.map(({ acknowledged }) => acknowledged)).toEqual([true, true]);
    expect([storage.timesStored('early'), storage.timesStored('late')]).toEqual([1, 0]);
  });
});
