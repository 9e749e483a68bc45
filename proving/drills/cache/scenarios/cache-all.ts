import { atMost } from '../../rules.ts';
import type { CacheExpectation, CacheScenario } from '../types.ts';
import { COMES_BACK, DATABASE_IS_SPARED, NOTHING_WRONG } from './rules.ts';

/** Fewer than are read a second: what the database is not given to load is turned away, or waits a little. */
const LOADS_PER_S = 120;
const HOLD_MS = 10_000;
/** Longer than it takes to load all products at that rate. */
const AFTER_MS = 40_000;
/** Share of the hits of before that must be there again at the end. */
const WARM_RATIO_MIN = 0.5;

const WARM_AGAIN: CacheExpectation = {
  rule: `hit_pct_after >= ${WARM_RATIO_MIN} x hit_pct_before`,
  holds: ({ hit_pct_after: after, hit_pct_before: before }) =>
    after !== null && atMost(before, after / WARM_RATIO_MIN),
};

export const cacheAll: CacheScenario = {
  name: 'cache-all',
  tier: 'cache',
  faults: ['kill', 'flush'],
  hypothesis: ({ fault }) => {
    const what = fault === 'kill' ? 'Every shard dies at once' : 'Every shard forgets everything at once';
    return `${what}: nothing fails, the database loads no more than ${LOADS_PER_S} a second and one at a time of each key, the rest is turned away with a reason, and the cache is warm again on its own.`;
  },
  instances: [{ name: 'catalog', env: { SHOP_CACHE_LOADS_PER_S: String(LOADS_PER_S) } }],
  victims: (nodes) => nodes,
  returnsWithOldData: false,
  holdMs: HOLD_MS,
  afterMs: AFTER_MS,
  expectations: () => [...NOTHING_WRONG, ...DATABASE_IS_SPARED, COMES_BACK, WARM_AGAIN],
};
