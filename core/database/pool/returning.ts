import type { PoolItem } from '../../state/items.ts';
import { isSeenHealthy, type Votes } from '../votes.ts';
import type { PoolStep } from './members.ts';
import type { MemberFact, PoolChange, PoolFacts } from './types.ts';

/** A member that was removed again and again waits longer, up to this many times the hold. */
const HOLD_FACTOR_MAX = 8;

interface ReturnInput {
  readonly facts: PoolFacts;
  readonly readers: readonly MemberFact[];
  readonly votes: readonly Votes[];
}

/**
 * Out, then returning once it is seen healthy, then in after `return-hold-ms` of that: slower than the way
 * out. The hold doubles with each removal that is still remembered. One member returns at a time.
 */
export function returnHealthy(
  pool: PoolItem,
  { facts, votes }: ReturnInput,
): PoolStep & { readonly reviewAt: number | null } {
  const members = { ...pool.members };
  const changes: PoolChange[] = [];
  let reviewAt: number | null = null;
  let returned = false;
  for (const vote of votes) {
    const member = members[vote.memberId];
    if (member === undefined || member.state === 'in' || !isSeenHealthy(vote)) continue;
    const holdMs = holdOf(vote.memberId, pool, facts);
    const why = `healthy by ${vote.healthy.join(', ')}`;
    const move = { memberId: vote.memberId, from: member.state, why };
    if (member.state === 'out') {
      members[vote.memberId] = { state: 'returning', since: facts.now };
      changes.push({ ...move, to: 'returning' });
      reviewAt = Math.min(reviewAt ?? Infinity, facts.now + holdMs);
    } else if (facts.now - member.since < holdMs || returned) {
      reviewAt = Math.min(reviewAt ?? Infinity, Math.max(facts.now + 1, member.since + holdMs));
    } else {
      members[vote.memberId] = { state: 'in', since: facts.now };
      changes.push({ ...move, to: 'in', why: `${why} for ${holdMs} ms` });
      returned = true;
    }
  }
  return { pool: { ...pool, members }, changes, reviewAt };
}

function holdOf(memberId: string, pool: PoolItem, { thresholds }: PoolFacts): number {
  const removals = (pool.removals ?? []).filter((removal) => removal.memberId === memberId).length;
  return thresholds['return-hold-ms'] * Math.min(HOLD_FACTOR_MAX, 2 ** Math.max(0, removals - 1));
}
