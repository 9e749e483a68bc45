import type { PoolItem } from '../../state/items.ts';
import { publishedCount } from './members.ts';
import type { PoolFacts } from './types.ts';

/**
 * The custom endpoint follows the pool: it excludes what is not published. At most one edit in
 * `endpoint-edit-interval-ms`, never down to an empty endpoint (I-03), and members that are not ours to judge
 * stay as the engineers left them.
 */
export function planEndpoint(
  pool: PoolItem,
  facts: PoolFacts,
): { readonly exclude: readonly string[] | null; readonly reviewAt: number | null } {
  const { excluded, now, thresholds } = facts;
  if (excluded === null || publishedCount(pool) === 0) return { exclude: null, reviewAt: null };
  const wanted = wantedExclusions(pool, facts);
  if (sameSet(wanted, excluded)) return { exclude: null, reviewAt: null };
  const free = (pool.endpointEditedAt ?? -Infinity) + thresholds['endpoint-edit-interval-ms'];
  return free > now ? { exclude: null, reviewAt: free } : { exclude: wanted, reviewAt: null };
}

/**
 * What the pool is to say of the custom endpoint. An edit is on record before it is made: where it was never
 * made, and is no longer wanted, the record would wait for it for ever.
 */
export function recordedExclusions(pool: PoolItem, facts: PoolFacts): readonly string[] {
  const { excluded } = facts;
  if (excluded === null || !sameSet(excluded, wantedExclusions(pool, facts))) return pool.excluded;
  return pool.excluded.every((id) => excluded.includes(id)) ? pool.excluded : excluded;
}

export function wantedExclusions(pool: PoolItem, { excluded, members }: PoolFacts): readonly string[] {
  const ours = new Set(members.map(({ id }) => id));
  const theirs = (excluded ?? []).filter((id) => !ours.has(id));
  const out = Object.entries(pool.members)
    .filter(([, { state }]) => state !== 'in')
    .map(([id]) => id);
  return [...theirs, ...out].toSorted();
}

function sameSet(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((id) => b.includes(id));
}
