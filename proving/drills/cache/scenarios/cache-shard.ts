import type { CacheNode } from '../../model.ts';
import type { CacheScenario, CacheSetting } from '../types.ts';
import { COMES_BACK, DATABASE_IS_SPARED, exactly, NOTHING_WRONG, READS_GO_ON } from './rules.ts';

/** As long as AWS takes to see a dead node at the fast pace, and longer than any lease. */
const HOLD_MS = 12_000;
/** Time for the shard to be opened again and to be read. */
const AFTER_MS = 20_000;

const WHAT: Readonly<Record<CacheSetting['fault'], readonly [one: string, many: string]>> = {
  kill: ['A shard dies and is replaced by an empty one', 'Two shards die and are replaced by empty ones'],
  hang: ['A shard freezes', 'Two shards freeze'],
  partition: ['The clients and one prober lose a shard', 'The clients and one prober lose two shards'],
  flush: ['A shard forgets everything', 'Two shards forget everything'],
};

const THEN =
  'what lives there is a miss and nobody else notices, no key moves, no read is older than an acknowledged write, and one load at a time fills what is missing.';

/** The first victim by chance, the others in the order of the shards after it. */
export function someOf(nodes: readonly CacheNode[], random: number, count: number): readonly CacheNode[] {
  const first = Math.floor(random * nodes.length);
  return Array.from({ length: Math.min(count, nodes.length) }, (_, n) => nodes[(first + n) % nodes.length]!);
}

function shards(name: string, count: number): CacheScenario {
  return {
    name,
    tier: 'cache',
    faults: ['kill', 'hang', 'partition'],
    hypothesis: ({ fault }) => `${WHAT[fault][count === 1 ? 0 : 1]}: ${THEN}`,
    // One instance: then what it counts is what the database meets.
    instances: [{ name: 'catalog', env: {} }],
    victims: (nodes, random) => someOf(nodes, random, count),
    returnsWithOldData: false,
    holdMs: HOLD_MS,
    afterMs: AFTER_MS,
    expectations: () => [
      ...NOTHING_WRONG,
      exactly('refused', 0),
      exactly('unexplained_misses_other_shards', 0),
      ...DATABASE_IS_SPARED,
      ...READS_GO_ON,
      COMES_BACK,
    ],
  };
}

export const cacheShard: CacheScenario = shards('cache-shard', 1);
export const cacheTwoShards: CacheScenario = shards('cache-two-shards', 2);
