/**
 * One invalidation, step by step: until the shard has had it, or until it is journaled and nobody serves hits from
 * the shard any more. Only then is it acknowledged. It begins after the write has committed.
 *
 * Where the write's own transaction could record the invalidation, it is in the journal from the commit on, so it
 * is not lost even when this process dies now; else it is journaled only where it cannot be delivered.
 */

import type { Report, Reported } from './ledger.ts';
import { leaseWaitMs, type LeaseLimits, type ShardRow } from './rows.ts';
import type { Sight } from './read.ts';
import { isDestination, isLeased, type ShardView, takesDeletions } from './view.ts';

/** Deliveries that are tried, each under a row learnt anew. */
export const ATTEMPTS_MAX = 4;

interface Going {
  readonly attempt: number;
  /** The epoch at which the write's transaction recorded it; null when it did not. */
  readonly recordedAt: number | null;
}

export type Invalidation = Going &
  (
    | { readonly step: 'deliver'; readonly epoch: number }
    /** The row or the lease is out of date: renew, then come back. */
    | { readonly step: 'renew' }
    /** Journal it (unless it is recorded) and close the shard, in one transaction. */
    | { readonly step: 'report'; readonly epoch: number }
    /** Until leases have ended, or `mayTell` and it was told. `settle` may be tried meanwhile. */
    | { readonly step: 'wait'; readonly epoch: number; readonly until: number }
    | { readonly step: 'settle'; readonly epoch: number; readonly until: number; readonly waitedOut: boolean }
    | { readonly step: 'done'; readonly how: 'delivered' | 'journaled'; readonly epoch: number }
    /** Not acknowledged. A hit may be older than the write until the key expires, unless it is recorded. */
    | { readonly step: 'failed'; readonly why: 'journal-unavailable' | 'shard-unsteady' }
  );

export function beginInvalidation(sight: Sight): Invalidation {
  return attempted({ attempt: 1, recordedAt: null }, sight);
}

/** After a transaction that recorded it and answered this row. */
export function beginRecorded(row: ShardRow, sight: Sight, limits: LeaseLimits): Invalidation {
  const going = { attempt: 1, recordedAt: row.epoch };
  return takesDeletions(row) ? attempted(going, sight) : journaled(going, row, sight.now, limits);
}

/**
 * True while it may be sent to the shard, for the first time or again: a deletion that is executed twice, or late, only
 * takes away what is loaded anew. What it was decided for may have changed; then it counts as not delivered.
 */
export function mayDeliver(
  { epoch }: Invalidation & { readonly step: 'deliver' },
  { view, incarnation, now }: Sight,
): boolean {
  return view.row.epoch === epoch && isDestination(view.row, incarnation) && isLeased(view, now);
}

/** True where a connection is missed and nothing else: it may be back in a moment, and a closing is felt by everybody. */
export function isOnlyUnconnected({ view, incarnation }: Sight): boolean {
  return takesDeletions(view.row) && incarnation === null;
}

/**
 * The shard answered, or did not in time. The lease that it was begun under may have ended meanwhile: it was in
 * force after the write had committed, so whoever serves from another process since then loads what was written.
 */
export function afterDelivery(
  state: Invalidation & { readonly step: 'deliver' },
  isAnswered: boolean,
): Invalidation {
  const { epoch } = state;
  if (!isAnswered) return { ...goingOf(state), step: 'report', epoch };
  return { ...goingOf(state), step: 'done', how: 'delivered', epoch };
}

/** Whether the renewal was answered; the view has what it said. */
export function afterRenewal(state: Invalidation, isRenewed: boolean, sight: Sight): Invalidation {
  if (!isRenewed) return { ...goingOf(state), step: 'failed', why: 'journal-unavailable' };
  return attempted(goingOf(state), sight);
}

/** The journal's answer; null when it failed or did not come. */
export function afterReport(
  state: Invalidation,
  reported: Reported | null,
  sight: Sight,
  limits: LeaseLimits,
): Invalidation {
  if (!reported) return { ...goingOf(state), step: 'failed', why: 'journal-unavailable' };
  const { row, recorded } = reported;
  if (recorded || isApplied(state, row)) return journaled(goingOf(state), row, sight.now, limits);
  return again(state, sight);
}

/** What the step `report` sends. What the write's transaction recorded is not recorded twice. */
export function reportOf(
  { recordedAt, epoch }: Invalidation & { readonly step: 'report' },
  shard: number,
  keys: readonly string[],
): Report {
  return { shard, epoch, keys: recordedAt === null ? keys : [] };
}

/**
 * The server process to tell at once, instead of waiting for the leases; null where it cannot be reached. Whoever still
 * serves hits of a shard that is closing has a lease of the epoch before it, and serves from the process that the row
 * names and from no other. The journal has the deletion and lists it to whoever opens the shard, with this process or
 * another: so once this one has deleted, no hit is older than the write.
 *
 * It rests on the row having been `closing` after the write had committed: the transaction that journaled it has said
 * so. A row that is merely remembered says nothing.
 */
export function mayTell(
  { epoch }: Invalidation & { readonly step: 'wait' },
  { view: { row }, incarnation }: Sight,
): string | null {
  const isTrusted = row.epoch === epoch && row.state === 'closing' && row.incarnation === incarnation;
  return isTrusted ? incarnation : null;
}

/** The process that is served from has answered, or has not in time. */
export function afterTelling(
  state: Invalidation & { readonly step: 'wait' },
  isAnswered: boolean,
): Invalidation {
  return isAnswered ? { ...goingOf(state), step: 'done', how: 'journaled', epoch: state.epoch } : state;
}

/** May be asked at any time while waiting. */
export function afterWaiting(
  state: Invalidation & { readonly step: 'wait' },
  view: ShardView,
  now: number,
): Invalidation {
  const { epoch, until } = state;
  if (view.row.epoch > epoch) return { ...goingOf(state), step: 'done', how: 'journaled', epoch };
  return { ...goingOf(state), step: 'settle', epoch, until, waitedOut: now >= until };
}

/** The row after trying to settle; null when there was no answer. Having waited is enough by itself. */
export function afterSettling(
  state: Invalidation & { readonly step: 'settle' },
  row: ShardRow | null,
): Invalidation {
  const { epoch, until, waitedOut } = state;
  const isOver = waitedOut || (row !== null && row.epoch > epoch);
  if (isOver) return { ...goingOf(state), step: 'done', how: 'journaled', epoch };
  return { ...goingOf(state), step: 'wait', epoch, until };
}

function attempted(going: Going, { view, incarnation, now }: Sight): Invalidation {
  const { row } = view;
  if (takesDeletions(row) && !isLeased(view, now)) return renewal(going);
  const step = isDestination(row, incarnation) ? 'deliver' : 'report';
  return { ...going, step, epoch: row.epoch };
}

/** Under a row that may be new. */
function again(state: Invalidation, { view }: Sight): Invalidation {
  const going = { ...goingOf(state), attempt: state.attempt + 1 };
  if (going.attempt > ATTEMPTS_MAX) return { ...going, step: 'failed', why: 'shard-unsteady' };
  return takesDeletions(view.row) ? renewal(going) : { ...going, step: 'report', epoch: view.row.epoch };
}

function renewal(going: Going): Invalidation {
  return { ...going, step: 'renew' };
}

/**
 * It is in the journal and the row is this one. While the shard is `closing`, leases of before may be in force.
 */
function journaled(going: Going, row: ShardRow, now: number, limits: LeaseLimits): Invalidation {
  const { epoch } = row;
  if (row.state === 'closing') return { ...going, step: 'wait', epoch, until: now + leaseWaitMs(limits) };
  return { ...going, step: 'done', how: 'journaled', epoch };
}

/**
 * The shard has been closed since it was recorded: whoever opens it again lists the journal after that, and applies
 * it before anything is served.
 */
function isApplied({ recordedAt }: Invalidation, row: ShardRow): boolean {
  return recordedAt !== null && row.epoch > recordedAt;
}

function goingOf({ attempt, recordedAt }: Invalidation): Going {
  return { attempt, recordedAt };
}
