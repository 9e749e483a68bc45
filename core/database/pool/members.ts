import type { PoolItem } from '../../state/items.ts';
import { isSeenHealthy, type Votes } from '../votes.ts';
import type { MemberFact, PoolChange, PoolFacts } from './types.ts';

export interface PoolStep {
  readonly pool: PoolItem;
  readonly changes: readonly PoolChange[];
}

export function publishedCount(pool: PoolItem): number {
  return Object.values(pool.members).filter(({ state }) => state === 'in').length;
}

/** Before anything is known, every reader is published. */
export function initialPool(facts: PoolFacts, readers: readonly MemberFact[]): PoolItem {
  return {
    kind: 'pool',
    clusterId: facts.clusterId,
    epoch: facts.epoch,
    at: facts.now,
    failOpen: false,
    members: Object.fromEntries(readers.map(({ id }) => [id, { state: 'in' as const, since: facts.now }])),
    endpointEditedAt: null,
    excluded: facts.excluded ?? [],
    removals: [],
  };
}

/** A promoted reader leaves the pool by itself; a new reader (the old writer, too) comes in by the slow way. */
export function followTopology(pool: PoolItem, readers: readonly MemberFact[], now: number): PoolStep {
  const changes: PoolChange[] = [];
  const members: Record<string, PoolItem['members'][string]> = {};
  for (const { id } of readers) {
    const known = pool.members[id];
    members[id] = known ?? { state: 'returning', since: now };
    if (known === undefined)
      changes.push({ memberId: id, from: 'absent', to: 'returning', why: 'new reader' });
  }
  for (const [id, { state }] of Object.entries(pool.members)) {
    if (members[id] === undefined)
      changes.push({ memberId: id, from: state, to: 'absent', why: 'no reader' });
  }
  return { pool: { ...pool, members }, changes };
}

/** The last resort of I-03: with readers but none published, the one that looks best is. */
export function admitOne(pool: PoolItem, votes: readonly Votes[], now: number): PoolStep {
  const ids = Object.keys(pool.members);
  if (ids.length === 0 || publishedCount(pool) > 0) return { pool, changes: [] };
  const rank = (id: string): number => {
    const vote = votes.find(({ memberId }) => memberId === id);
    if (vote === undefined || vote.agreed) return 2;
    return isSeenHealthy(vote) ? 0 : 1;
  };
  const [best] = ids.toSorted((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
  const from = pool.members[best!]!.state;
  const members = { ...pool.members, [best!]: { state: 'in' as const, since: now } };
  return {
    pool: { ...pool, members },
    changes: [{ memberId: best!, from, to: 'in', why: 'the pool is never empty' }],
  };
}
