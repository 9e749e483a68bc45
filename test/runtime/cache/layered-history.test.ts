import { describe, expect, it } from 'vitest';
import type { Layering } from '../../../runtime/cache/index.ts';
import { HistoryRun } from './simulated/history-run.ts';
import { layeredStage } from './simulated/layered-stage.ts';

const SHARDS = 2;
const RUNS = (['double', 'gutter'] as const).flatMap((kind) =>
  [1, 2].map((seed): readonly [Layering, number] => [kind, seed]),
);

describe('any history of faults of two caches', () => {
  it.each(RUNS)('I-22: brings nothing old back: %s, seed %i', async (kind, seed) => {
    const stage = await layeredStage(kind, { shards: SHARDS, clients: 3, seed });
    const { clock, outer, inner } = stage;
    const halves = [
      { ...outer, shards: SHARDS },
      { ...inner, shards: kind === 'double' ? SHARDS : 1 },
    ];
    const run = new HistoryRun({ ...stage, halves, deathRatio: 0.2 });
    await run.go();
    const { tally } = run;
    console.log(`${kind}, seed ${seed}: ${JSON.stringify({ ...tally, stale: tally.stale.length })}`);
    expect(tally.stale).toEqual([]);
    expect(tally.hits).toBeGreaterThan(tally.reads / 10);
    await clock.advance(120_000);
    for (const { tables, caches } of [outer, inner]) {
      for (const cache of caches) {
        expect(
          cache.describe().shards.every(({ state, breaker }) => `${state} ${breaker}` === 'serving closed'),
        ).toBe(true);
      }
      expect(tables.ledger.journal).toEqual([]);
    }
  });
});
