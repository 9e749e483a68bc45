/** The drills of the cache and their controls. */

import { describe, expect, it } from 'vitest';
import type { CacheLine } from '../../../proving/drills/index.ts';
import { itInFull, LOAD_PCT } from '../in-full.ts';
import { brokenAnyhow, stage, type Drilled } from './stage.ts';

/** Expectations that a slow machine may fail: a shard that answers late is left alone for a moment, too. */
const OF_TIME =
  /^(first_second_p99_ms|later_reads_p99_ms|other_shards_p(50|99)_ms|serves_again_ms|unexplained_misses_other_shards|hit_pct_after) /;
/** Share of requests that may find no place on a slow machine, where the load is not whole. */
const FAILED_MAX = 0.01;
/** Where the load is not whole: with half of it, half of the keys change meanwhile. */
const OF_LOAD = /^(failed|keys_changed_while_away|stale_on_shard_at_return) /;
const TRAP_KEYS_MIN = 4 * LOAD_PCT;

async function drill(
  scenario: string,
  fault: string,
  ...options: readonly string[]
): Promise<Drilled<CacheLine>> {
  const drilled = await stage.drill<CacheLine>(scenario, fault, ...options);
  expect(drilled.line.tier).toBe('cache');
  return drilled;
}

async function withEverything(scenario: string, fault: string): Promise<CacheLine> {
  const drilled = await drill(scenario, fault);
  const { line } = drilled;
  const broken = brokenAnyhow(drilled, OF_TIME).filter((rule) => LOAD_PCT === 100 || !OF_LOAD.test(rule));
  expect(broken, JSON.stringify(line)).toEqual([]);
  expect(line.failed / line.requests, JSON.stringify(line)).toBeLessThan(FAILED_MAX);
  expect(line.requests).toBeGreaterThan(50 * LOAD_PCT);
  expect(line.acked_writes).toBeGreaterThan(10 * LOAD_PCT);
  expect(line.hit_pct_before).toBeGreaterThan(50);
  expect(line.serves_again_ms).not.toBeNull();
  return line;
}

/** What the fault does to plain clients on a ring: something fails, is old, or has moved. */
async function control(scenario: string, fault: string): Promise<CacheLine> {
  const { line } = await drill(scenario, fault, '--control');
  expect(line, JSON.stringify(line)).toMatchObject({ control: true, held: false, db_read_budget: null });
  expect(line.failed + line.wrong_reads + (line.rehashed_keys ?? 0)).toBeGreaterThan(0);
  return line;
}

export function cacheDrills(): void {
  describe('a drill of the cache', () => {
    it('I-20, I-21: cache-shard hang: its keys are misses, no key moves, and one load at a time', async () => {
      const line = await withEverything('cache-shard', 'hang');
      expect(line.detected_ms).toBeGreaterThan(0);
      expect(line.hit_pct_other_shards_during).toBeGreaterThan(line.hit_pct_during!);
    });

    itInFull('cache-shard partition, its control: keys move to others, and come back old', async () => {
      const line = await control('cache-shard', 'partition');
      expect(line.rehashed_keys).toBeGreaterThan(0);
    });

    it('F-01: cache-return-stale kill: nothing of the old file is served', async () => {
      const line = await withEverything('cache-return-stale', 'kill');
      expect(line.keys_changed_while_away).toBeGreaterThanOrEqual(TRAP_KEYS_MIN);
      expect(line.stale_on_shard_at_return).toBeGreaterThanOrEqual(TRAP_KEYS_MIN);
    });

    itInFull('F-02: cache-return-stale hang: nothing that it held is served', async () => {
      const line = await withEverything('cache-return-stale', 'hang');
      expect(line.stale_on_shard_at_return).toBeGreaterThanOrEqual(TRAP_KEYS_MIN);
    });

    itInFull('cache-return-stale kill, its control: old values are served', async () => {
      const line = await control('cache-return-stale', 'kill');
      expect(line.wrong_reads).toBeGreaterThan(0);
    });

    itInFull('cache-two-shards kill, its control: keys move to others', async () => {
      const line = await control('cache-two-shards', 'kill');
      expect(line.rehashed_keys).toBeGreaterThan(0);
    });

    itInFull('F-28: cache-all flush: the database is asked no more than it was given to load', async () => {
      const line = await withEverything('cache-all', 'flush');
      expect(line.db_reads_per_s_max).toBeLessThanOrEqual(line.db_read_budget!);
      expect(line.refused).toBeGreaterThan(0);
    });
  });
}
