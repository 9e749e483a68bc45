import { describe, expect, it } from 'vitest';
import { HistoryRun } from './simulated/history-run.ts';
import { cacheStage } from './simulated/stage.ts';

const SHARDS = 2;
const CLIENTS = 3;

describe('any history of faults', () => {
  it.each([1, 2, 3, 4, 5, 6])(
    'I-22: brings nothing old back, and the shards into service: seed %i',
    async (seed) => {
      const stage = await cacheStage({ shards: SHARDS, clients: CLIENTS, seed });
      const halves = [{ servers: stage.servers, tables: stage.tables, shards: SHARDS }];
      const run = new HistoryRun({ ...stage, halves });
      await run.go();
      const { tally } = run;
      console.log(`seed ${seed}: ${JSON.stringify({ ...tally, stale: tally.stale.length })}`);
      expect(tally.stale).toEqual([]);
      expect(tally.hits).toBeGreaterThan(tally.reads / 10);
      expect(tally.unacknowledged).toBeLessThan(tally.writes / 3);
      await stage.clock.advance(120_000);
      for (const cache of stage.caches) {
        expect(cache.describe().shards.map(({ state, breaker }) => `${state} ${breaker}`)).toEqual(
          Array.from({ length: SHARDS }, () => 'serving closed'),
        );
      }
      expect(stage.tables.ledger.journal).toEqual([]);
    },
  );
});
