import { afterEach, describe, expect, it } from 'vitest';
import { readsFrom, type RingRow } from '../../../core/cache/protocol/index.ts';
import { keyOfName, slotOf } from '../../../core/cache/index.ts';
import { GrowingStage, type GrowingOptions } from './simulated/growing.ts';

const stages: GrowingStage[] = [];

/** In service, warm, and read and written all the time. */
async function warm(options: GrowingOptions = {}): Promise<GrowingStage> {
  const stage = new GrowingStage(options);
  stages.push(stage);
  stage.start();
  await stage.clock.advance(20_000);
  stage.ratios.length = 0;
  return stage;
}

afterEach(async () => {
  for (const stage of stages.splice(0)) {
    stage.stop();
    await stage.clock.advance(5000);
  }
});

/** Keys that lie on a shard where the ring does not read them. */
function misplaced(stage: GrowingStage, ring: RingRow): number {
  let count = 0;
  for (let shard = 0; shard < stage.tables.ledger.rows.length; shard += 1) {
    for (const name of stage.servers.at(shard).data.keys()) {
      if (readsFrom(ring, slotOf(keyOfName(name))) !== shard) count += 1;
    }
  }
  return count;
}

describe('the growth of a cache that is in use', () => {
  it.each([1, 2, 4])(
    'F-28: doubles %i shards without a stale read, the hit ratio never below half',
    async (shards) => {
      const stage = await warm({ shards });
      await stage.clock.advance(5000);
      const before = stage.ratios.at(-1)!;
      const grown = await stage.grow();
      expect(grown).toMatchObject({ state: 'done', shards: 2 * shards, next: [] });
      expect(stage.stale).toEqual([]);
      const lowest = Math.min(...stage.ratios);
      console.log(
        `${shards} to ${2 * shards}: ratio ${before.toFixed(3)}, lowest second ${lowest.toFixed(3)}`,
      );
      expect(before).toBeGreaterThan(0.8);
      expect(lowest).toBeGreaterThan(before / 2);
      expect(stage.lock).toEqual({ shards: 2 * shards });
      expect(stage.tables.ledger.ring).toMatchObject({ shards: 2 * shards, target: null });
      expect(misplaced(stage, stage.tables.ledger.ring)).toBe(0);
      for (const cache of stage.caches)
        expect(cache.describe().ring).toMatchObject({ shards: 2 * shards, unknown: [] });
    },
  );
});

describe('a growth under many writes', () => {
  it('I-22: returns nothing old while some have heard and others have not', async () => {
    for (const seed of [1, 2, 3]) {
      const stage = await warm({ shards: 1, seed, writeRatio: 0.3 });
      expect(await stage.grow('grow', QUICK)).toMatchObject({ state: 'done' });
      expect(stage.stale).toEqual([]);
      stage.stop();
    }
  });
});

/** One part, so that every step of it is met soon. */
const QUICK = {
  parts: 1,
  pace: { windowMs: 500, backRatio: 0.95, waitMs: 2000, floorRatio: 0, giveUpMs: 10_000 },
};

describe('the operator', () => {
  it('may die at any request, done or not, and another one goes on', async () => {
    const whole = await warm({ shards: 1, clients: 2 });
    expect(await whole.grow('grow', QUICK)).toMatchObject({ state: 'done', shards: 2 });
    const requests = whole.asked;
    whole.stop();
    expect(requests).toBeGreaterThan(15);
    for (let after = 1; after <= requests; after += 3) {
      const stage = await warm({ shards: 1, clients: 2, seed: after });
      stage.failAt = { after, isDone: after % 2 === 0 };
      const first = await stage.grow('grow', QUICK);
      const second = first === 'crashed' ? await stage.grow('grow', QUICK) : first;
      expect([after, second]).toMatchObject([after, { state: 'done', shards: 2 }]);
      expect(stage.stale).toEqual([]);
      expect(misplaced(stage, stage.tables.ledger.ring)).toBe(0);
      stage.stop();
    }
  });

  it('may give it up at any request: the cache returns to the number of before, with no stale read', async () => {
    const phases = new Set<string>();
    for (let after = 8; after <= 48; after += 3) {
      const stage = await warm({ shards: 1, clients: 2, seed: after });
      stage.failAt = { after, isDone: true };
      const first = await stage.grow('grow', QUICK);
      const isOver = first !== 'crashed' || stage.tables.ledger.ring.shards === 2;
      if (!isOver) {
        phases.add(stage.tables.ledger.ring.phase);
        expect([after, await stage.grow('return', QUICK)]).toMatchObject([
          after,
          { state: 'done', shards: 1 },
        ]);
        expect(stage.tables.ledger.ring).toMatchObject({ shards: 1, target: null });
        expect(stage.lock).toEqual({ shards: 1 });
        expect(misplaced(stage, stage.tables.ledger.ring)).toBe(0);
      }
      expect(stage.stale).toEqual([]);
      stage.stop();
    }
    expect([...phases].toSorted()).toEqual(['clearing', 'joining', 'leaving', 'steady']);
  });

  it('may have company: two at once come to the same end', async () => {
    const stage = await warm({ shards: 1, clients: 2 });
    const both = await Promise.all([stage.grow('grow', QUICK), stage.grow('grow', QUICK)]);
    expect(both).toMatchObject([
      { state: 'done', shards: 2 },
      { state: 'done', shards: 2 },
    ]);
    expect(stage.stale).toEqual([]);
    expect(stage.lock).toEqual({ shards: 2 });
  });

  it('does not begin while a process has not been told the new endpoints, and names it', async () => {
    const stage = await warm({ shards: 1, clients: 2, knows: [2, 1] });
    const grown = await stage.grow('grow', QUICK);
    expect(grown).toMatchObject({ state: 'stopped', shards: 1 });
    expect(JSON.stringify(grown)).toMatch(
      /1 processes that do not know 2 endpoints: .*deploy the applications anew/,
    );
    expect(stage.tables.ledger.ring).toMatchObject({ shards: 1, target: null });
  });

  it('does not begin another growth when one has ended', async () => {
    const stage = await warm({ shards: 1, clients: 1 });
    expect(await stage.grow('grow', QUICK)).toMatchObject({ state: 'done', shards: 2, next: [] });
    expect(stage.lock).toEqual({ shards: 2 });
    expect(await stage.grow('grow', QUICK)).toMatchObject({ state: 'deploy', shards: 2 });
    expect(await stage.grow('return', QUICK)).toMatchObject({ state: 'done', shards: 2 });
  });
});

describe('a process that comes up during a growth without the new endpoints', () => {
  it('serves no key from where it does not know, and says so', async () => {
    const stage = await warm({ shards: 1, clients: 2 });
    await stage.grow('grow', QUICK);
    const late = stage.join('late', 1);
    await stage.clock.advance(5000);
    expect(late.describe().ring).toMatchObject({ shards: 2, unknown: [1] });
    await stage.clock.advance(20_000);
    expect(stage.stale).toEqual([]);
  });
});
