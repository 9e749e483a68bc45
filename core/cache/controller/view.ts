import type { CacheObservationItem, CacheShardItem } from '../../state/cache-items.ts';
import type { CacheFacts, DeployedShard, SeenRow } from './types.ts';
import { evidenceOfVotes, shardVotes, type ShardVotes } from './votes.ts';

/** One shard, as everything that is decided of it sees it. */
export interface ShardView {
  readonly now: number;
  readonly shard: DeployedShard;
  readonly votes: ShardVotes;
  /** Null when it could not be read. */
  readonly row: SeenRow | null;
  /** Since when it serves no hits, as far as this function has seen; null while it serves, and before it ever did. */
  readonly awaySince: number | null;
  /** The common part of an action on it. */
  told(reason: string): DeployedShard & { readonly reason: string; readonly evidence: readonly string[] };
}

export function viewsOf(facts: CacheFacts, voting: readonly CacheObservationItem[]): readonly ShardView[] {
  const evidence = evidenceOfVotes(voting);
  return facts.shards.map((shard) => {
    const row = facts.rows[shard.cache]?.find((one) => one.shard === shard.shard) ?? null;
    const known = facts.known.find(({ memberId }) => memberId === shard.memberId) ?? null;
    return {
      now: facts.now,
      shard,
      votes: shardVotes(shard.memberId, voting, facts.zones),
      row,
      awaySince: awaySince(row, known, facts.now),
      told: (reason) => ({ ...shard, reason, evidence }),
    };
  });
}

/** What is written down of it. */
export function itemOf({ shard, votes, row, awaySince: away }: ShardView, facts: CacheFacts): CacheShardItem {
  const known = facts.known.find(({ memberId }) => memberId === shard.memberId) ?? null;
  return {
    kind: 'cache-shard',
    env: facts.env,
    memberId: shard.memberId,
    cache: shard.cache,
    shard: shard.shard,
    epoch: facts.epoch,
    at: facts.now,
    row: row === null ? (known?.row ?? null) : { epoch: row.epoch, state: row.state },
    awaySince: away,
    reachable: votes.reachable,
  };
}

/** The epoch of a row that nothing was ever cached under (`newRow`). */
const NEW_EPOCH = 1;

function awaySince(row: SeenRow | null, known: CacheShardItem | null, now: number): number | null {
  if (row === null) return known?.awaySince ?? null;
  if (row.state === 'serving' || row.epoch <= NEW_EPOCH) return null;
  return known?.awaySince ?? now;
}
