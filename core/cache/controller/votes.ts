/** What most zones say of a shard. One viewpoint alone never acts, and who cannot see does not vote (I-06). */

import { viewpoints } from '../../database/viewpoints.ts';
import { PROBERS_MIN, votesOn } from '../../database/votes.ts';
import { cacheObservationKey, type CacheObservationItem } from '../../state/cache-items.ts';
import type { Reach } from '../../state/items.ts';
import type { CacheFacts } from './types.ts';

export interface ShardVotes {
  readonly memberId: string;
  /** Zones that cannot reach it, and could not in their newest sweep. */
  readonly failing: readonly string[];
  /** Zones that call it healthy. */
  readonly healthy: readonly string[];
  /** The latest time from which all zones in `failing` have called it so; null where none does. */
  readonly since: number | null;
  /** False: a majority of all zones cannot reach it. True: a majority reaches it, nobody fails to. Else null. */
  readonly reachable: boolean | null;
  /** In words and numbers, for the ledger. */
  readonly told: string;
}

/** The majority of all zones that have a prober, also of those that are silent or blind. */
export function quorumOf(zones: readonly string[]): number {
  return Math.max(PROBERS_MIN, Math.floor(zones.length / 2) + 1);
}

/** The zones whose observation counts now. */
export function votingOf({
  observations,
  zones,
  now,
  evidenceAgeMsMax,
}: Pick<CacheFacts, 'observations' | 'zones' | 'now' | 'evidenceAgeMsMax'>): readonly CacheObservationItem[] {
  const own = observations.filter(({ az }) => zones.includes(az));
  return viewpoints(own, { now, ageMsMax: evidenceAgeMsMax }).voting;
}

export function shardVotes(
  memberId: string,
  voting: readonly CacheObservationItem[],
  zones: readonly string[],
): ShardVotes {
  const { failing, healthy, since } = votesOn(
    memberId,
    voting.map((item) => heardOf(memberId, item)),
    [],
  );
  const quorum = quorumOf(zones);
  const isAway = failing.length >= quorum && failing.length > healthy.length;
  const isThere = healthy.length >= quorum && failing.length === 0;
  const counts = `${failing.length} of ${zones.length} zones cannot reach it, ${healthy.length} can, ${quorum} decide`;
  return {
    memberId,
    failing,
    healthy,
    since,
    reachable: isAway ? false : isThere || null,
    told: `${memberId}: ${counts}`,
  };
}

/** The keys of the state items that the votes stand on. */
export function evidenceOfVotes(voting: readonly CacheObservationItem[]): readonly string[] {
  return voting.map(({ az, at }) => {
    const { pk, sk } = cacheObservationKey(az, at);
    return `${pk}|${sk}`;
  });
}

/**
 * A login or a certificate that is refused says that the prober is not let in, not that the shard is away: the
 * applications have logins of their own. Nor does a verdict accuse whose newest probe was answered.
 */
function heardOf(
  memberId: string,
  { az, samples, verdicts }: CacheObservationItem,
): Pick<CacheObservationItem, 'az' | 'verdicts'> {
  const reach = samples.find((sample) => sample.memberId === memberId)?.reach;
  const accuses = reach !== undefined && ACCUSING.has(reach);
  return { az, verdicts: verdicts.filter(({ failure }) => failure === null || accuses) };
}

const ACCUSING: ReadonlySet<Reach> = new Set(['timeout', 'refused', 'reset']);
