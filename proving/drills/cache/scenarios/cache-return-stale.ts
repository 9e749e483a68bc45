import type { CacheScenario, CacheSetting } from '../types.ts';
import { someOf } from './cache-shard.ts';
import { atLeast, COMES_BACK, exactly, NOTHING_WRONG } from './rules.ts';

/**
 * Long enough that most keys of the shard are changed at the rate of the writes, and over before the managed service
 * would replace a dead node by an empty one.
 */
const HOLD_MS = 9000;
/** Each of them is read again, several times. */
const AFTER_MS = 20_000;
/** Without so many old values on the shard there is no trap to fall into. */
const TRAP_KEYS_MIN = 500;

const WHAT: Readonly<Record<CacheSetting['fault'], string>> = {
  hang: 'A shard freezes and goes on with what it held',
  partition: 'The clients lose a shard and find it again as it was',
  kill: 'A shard dies and starts again on its old append-only file',
  flush: 'A shard forgets everything',
};

export const cacheReturnStale: CacheScenario = {
  name: 'cache-return-stale',
  tier: 'cache',
  faults: ['hang', 'partition', 'kill'],
  hypothesis: ({ fault }) =>
    `${WHAT[fault]}, while ${TRAP_KEYS_MIN} of its keys or more were changed: nobody is ever served one of the old values, and the shard serves again.`,
  // Two instances: what one writes the other must not have old.
  instances: [
    { name: 'catalog', env: {} },
    { name: 'catalog-2', env: {} },
  ],
  victims: (nodes, random) => someOf(nodes, random, 1),
  returnsWithOldData: true,
  holdMs: HOLD_MS,
  aimDuring: ({ victims, home }, { reads, writes }) => ({
    reads,
    writes: [...new Set([...reads, ...writes])].filter((product) => isOn(home(product), victims)),
  }),
  aimAfter: ({ victims, home }, { reads, writes }) => ({
    reads: reads.filter((product) => isOn(home(product), victims)),
    writes,
  }),
  afterMs: AFTER_MS,
  expectations: () => [
    ...NOTHING_WRONG,
    exactly('refused', 0),
    exactly('unexplained_misses_other_shards', 0),
    atLeast('keys_changed_while_away', TRAP_KEYS_MIN),
    atLeast('stale_on_shard_at_return', TRAP_KEYS_MIN),
    COMES_BACK,
  ],
};

function isOn(shard: number | null, victims: readonly { readonly shard: number }[]): boolean {
  return victims.some((victim) => victim.shard === shard);
}
