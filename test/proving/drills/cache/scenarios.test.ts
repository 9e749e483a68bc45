import { describe, expect, it } from 'vitest';
import type { CacheLine } from '../../../../proving/drills/cache/model.ts';
import { CACHE_SCENARIOS } from '../../../../proving/drills/cache/scenarios/index.ts';
import type { CacheScenario, CacheSetting } from '../../../../proving/drills/cache/types.ts';
import { node } from './nodes.ts';

const NODES = [0, 1, 2, 3].map((shard) => node(shard));
const named = (name: string): CacheScenario => CACHE_SCENARIOS.find((scenario) => scenario.name === name)!;
const SETTING: CacheSetting = { fault: 'kill', without: null, deny: null, control: false, pace: 'fast' };

const GOOD = {
  failed: 0,
  refused: 0,
  wrong_reads: 0,
  lost_acked_writes: 0,
  invented_writes: 0,
  rehashed_keys: 0,
  stale_entries_at_end: 0,
  stale_answers_at_end: 0,
  unexplained_misses_other_shards: 0,
  max_fills_in_flight_per_key: 1,
  db_reads_per_s_max: 100,
  db_read_budget: 100,
  first_second_p99_ms: 120,
  command_timeout_ms: 100,
  later_reads_p99_ms: 120,
  other_shards_p50_ms: 11,
  pre_other_shards_p50_ms: 1,
  other_shards_p99_ms: 99,
  pre_other_shards_p99_ms: 4,
  serves_again_ms: 5000,
  hit_pct_before: 80,
  hit_pct_after: 40,
  keys_changed_while_away: 500,
  stale_on_shard_at_return: 500,
};

function broken(scenario: CacheScenario, fields: Partial<CacheLine>): string[] {
  const line = { ...GOOD, ...fields } as CacheLine;
  return scenario.expectations(SETTING).flatMap((rule) => (rule.holds(line) ? [] : [rule.rule]));
}

describe.each(CACHE_SCENARIOS.map((scenario) => [scenario.name, scenario] as const))(
  '%s',
  (_name, scenario) => {
    it('holds with good numbers', () => {
      expect(broken(scenario, {})).toEqual([]);
    });

    it.each(['failed', 'wrong_reads', 'rehashed_keys', 'lost_acked_writes', 'stale_answers_at_end'] as const)(
      'does not hold with one of %s, nor when that was not measured',
      (field) => {
        expect(broken(scenario, { [field]: 1 })).toEqual([`${field} = 0`]);
        expect(broken(scenario, { [field]: null })).toEqual([`${field} = 0`]);
      },
    );

    it('wants to see the shard serve again', () => {
      expect(broken(scenario, { serves_again_ms: null })).toEqual(['serves_again_ms <= 15000']);
    });

    it('says in the words of a user what it expects of each fault', () => {
      for (const fault of scenario.faults) {
        const text = scenario.hypothesis({ ...SETTING, fault });
        expect(text).toMatch(/^[A-Z].*\.$/);
        expect(text).not.toContain('undefined');
      }
    });
  },
);

it('one, two or all shards are broken; which ones the seed says', () => {
  const ids = (name: string, random: number): string[] =>
    named(name)
      .victims(NODES, random)
      .map(({ id }) => id);
  expect(ids('cache-shard', 0)).toEqual(['demo-cache-0']);
  expect(ids('cache-shard', 0.99)).toEqual(['demo-cache-3']);
  expect(ids('cache-two-shards', 0.99)).toEqual(['demo-cache-3', 'demo-cache-0']);
  expect(ids('cache-all', 0.5)).toHaveLength(4);
  expect(named('cache-two-shards').victims(NODES.slice(0, 1), 0)).toHaveLength(1);
});

it('I-21: the database is spared in every scenario of dead shards', () => {
  for (const name of ['cache-shard', 'cache-two-shards', 'cache-all']) {
    expect(broken(named(name), { db_reads_per_s_max: 101 })).toEqual([
      'db_reads_per_s_max <= db_read_budget',
    ]);
    expect(broken(named(name), { max_fills_in_flight_per_key: 2 })).toEqual([
      'max_fills_in_flight_per_key = 1',
    ]);
  }
});

it('turning readers away is for when every shard is gone, and for nothing less', () => {
  expect(broken(named('cache-all'), { refused: 50 })).toEqual([]);
  expect(broken(named('cache-shard'), { refused: 1 })).toEqual(['refused = 0']);
  expect(broken(named('cache-return-stale'), { refused: 1 })).toEqual(['refused = 0']);
});

it('a return without a trap proves nothing', () => {
  const scenario = named('cache-return-stale');
  expect(broken(scenario, { stale_on_shard_at_return: 499 })).toEqual(['stale_on_shard_at_return >= 500']);
  expect(broken(scenario, { keys_changed_while_away: null })).toEqual(['keys_changed_while_away >= 500']);
});

it('a cache that stays cold has not recovered', () => {
  expect(broken(named('cache-all'), { hit_pct_after: 39 })).toEqual([
    'hit_pct_after >= 0.5 x hit_pct_before',
  ]);
});

it('I-20: reads of other shards never wait for the dead one, and how slow a busy machine is does not matter', () => {
  const scenario = named('cache-shard');
  expect(broken(scenario, { other_shards_p99_ms: 92, pre_other_shards_p99_ms: 22 })).toEqual([]);
  expect(broken(scenario, { other_shards_p99_ms: 100 })).toEqual([
    'other_shards_p99_ms < command_timeout_ms',
  ]);
  const median = 'other_shards_p50_ms <= 2 x pre_other_shards_p50_ms, or 10 ms more';
  expect(broken(scenario, { other_shards_p50_ms: 12 })).toEqual([median]);
  expect(broken(scenario, { pre_other_shards_p50_ms: null })).toEqual([median]);
});
