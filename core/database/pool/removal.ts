import type { PoolItem, PoolRemoval } from '../../state/items.ts';
import { tell, type Votes } from '../votes.ts';
import { publishedCount, type PoolStep } from './members.ts';
import type { MemberFact, PoolChange, PoolFacts } from './types.ts';

/** Removals are remembered for this many velocity windows, to damp what flaps. */
export const REMOVALS_KEPT_WINDOWS = 10;
const REMOVALS_KEPT_MAX = 100;

interface RemovalInput {
  readonly facts: PoolFacts;
  readonly readers: readonly MemberFact[];
  readonly votes: readonly Votes[];
}

/**
 * Takes agreed failures out, oldest first, at most max(1, floor(velocity-ratio x N)) a window, for the tier
 * and for each zone (I-05). Nothing leaves while failing open (I-04), and one published reader stays (I-03).
 */
export function removeFailed(
  pool: PoolItem,
  input: RemovalInput,
): PoolStep & { readonly reviewAt: number | null } {
  const { facts, votes } = input;
  const kept = pruned(pool.removals ?? [], facts);
  let next: PoolItem = { ...pool, removals: kept };
  const changes: PoolChange[] = [];
  let reviewAt: number | null = null;
  for (const vote of votes.filter((v) => v.agreed).toSorted(byAge)) {
    const member = next.members[vote.memberId];
    if (member === undefined || member.state === 'out') continue;
    const wasPublished = member.state === 'in';
    if (wasPublished && (next.failOpen || publishedCount(next) <= 1)) continue;
    const free = wasPublished ? freeAt(next.removals ?? [], vote.memberId, input) : facts.now;
    if (free > facts.now) {
      reviewAt = Math.min(reviewAt ?? free, free);
      continue;
    }
    next = leave(next, vote.memberId, wasPublished, input);
    changes.push({ memberId: vote.memberId, from: member.state, to: 'out', why: tell(vote) });
  }
  return { pool: next, changes, reviewAt };
}

function leave(pool: PoolItem, memberId: string, wasPublished: boolean, input: RemovalInput): PoolItem {
  const { now } = input.facts;
  const members = { ...pool.members, [memberId]: { state: 'out' as const, since: now } };
  const removal: PoolRemoval = { memberId, az: zoneOf(memberId, input.readers), at: now };
  const removals = wasPublished ? [...(pool.removals ?? []), removal] : pool.removals;
  return { ...pool, members, removals };
}

/** From when the velocity limit lets this member go: now, or when enough removals have left the window. */
function freeAt(
  removals: readonly PoolRemoval[],
  memberId: string,
  { facts, readers }: RemovalInput,
): number {
  const az = zoneOf(memberId, readers);
  const inZone = readers.filter((reader) => reader.az === az).length;
  const all = windowFree(removals, readers.length, facts);
  const zone = windowFree(
    removals.filter((removal) => removal.az === az),
    inZone,
    facts,
  );
  return Math.max(all, zone);
}

function windowFree(removals: readonly PoolRemoval[], size: number, { now, thresholds }: PoolFacts): number {
  const limit = Math.max(1, Math.floor(thresholds['velocity-ratio'] * size));
  const windowMs = thresholds['velocity-window-ms'];
  const recent = removals.filter((removal) => removal.at > now - windowMs);
  return recent.length < limit ? now : recent[recent.length - limit]!.at + windowMs;
}

function pruned(removals: readonly PoolRemoval[], { now, thresholds }: PoolFacts): readonly PoolRemoval[] {
  const from = now - REMOVALS_KEPT_WINDOWS * thresholds['velocity-window-ms'];
  return removals.filter((removal) => removal.at > from).slice(-REMOVALS_KEPT_MAX);
}

function zoneOf(memberId: string, readers: readonly MemberFact[]): string {
  return readers.find(({ id }) => id === memberId)?.az ?? 'unknown';
}

function byAge(a: Votes, b: Votes): number {
  return (a.since ?? 0) - (b.since ?? 0) || (a.memberId < b.memberId ? -1 : 1);
}
