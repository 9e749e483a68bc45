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
