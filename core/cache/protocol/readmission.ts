/**
 * How a shard comes back, step by step. Any process may do it, and several at once: each transition is made from
 * the epoch that its maker saw, so of two makers one is refused and looks again.
 *
 * A process of the server that never went away has all it was told, and lacks only what the journal holds: that is
 * applied. Any other one may have come back with old data: it is flushed.
 */

import type { JournalEntry, LeaseLimits, ShardRow } from './rows.ts';
import { keptItsData, leaseWaitMs } from './rows.ts';

export type Readmission =
  /** Look at the row and at the shard, and come back. */
  | { readonly step: 'watch'; readonly seen: Seen | null }
  | { readonly step: 'close'; readonly epoch: number }
  | { readonly step: 'settle'; readonly seen: Seen; readonly waitedOut: boolean }
  | { readonly step: 'open'; readonly epoch: number; readonly candidate: string }
  /** List the journal, now that no deletion is acknowledged by it any more. */
  | { readonly step: 'list'; readonly row: ShardRow }
  | { readonly step: 'apply'; readonly row: ShardRow; readonly entries: readonly JournalEntry[] }
  | { readonly step: 'flush'; readonly row: ShardRow; readonly entries: readonly JournalEntry[] }
  | { readonly step: 'serve'; readonly epoch: number; readonly applied: readonly number[] }
  /** Invalidations that were recorded and whose process died: deliver them, though the shard never went away. */
  | { readonly step: 'sweep'; readonly row: ShardRow; readonly entries: readonly JournalEntry[] }
  | { readonly step: 'remove'; readonly epoch: number; readonly applied: readonly number[] };

/** Since when this process has seen the row at this epoch, and what was in the journal then. */
export interface Seen {
  readonly epoch: number;
  readonly since: number;
  readonly journaled: readonly number[];
}

export interface ReadmissionLimits {
  /** A shard is opened when it was closed, and answered, for so long: a client that flaps is not followed. @default 2000 */
  readonly closedMs: number;
  /** An opening without progress was left by a process that died. @default 10,000 */
  readonly openingMs: number;
  /** An entry that is still in the journal of a serving shard after so long has nobody. @default 10,000 */
  readonly sweepMs: number;
  /** More entries than this are not applied one by one: the shard is flushed. @default 100,000 */
  readonly entriesMax: number;
}

export const READMISSION_DEFAULTS: ReadmissionLimits = {
  closedMs: 2000,
  openingMs: 10_000,
  sweepMs: 10_000,
  entriesMax: 100_000,
};

export interface Watched {
  readonly row: ShardRow;
  readonly journal: readonly JournalEntry[];
  /** The process that answers for the shard now; null when none does. */
  readonly incarnation: string | null;
  readonly now: number;
}

export const WATCH: Readmission = { step: 'watch', seen: null };

export function afterWatch(
  before: Seen | null,
  watched: Watched,
  limits: ReadmissionLimits & LeaseLimits,
): Readmission {
  const { row, incarnation, now } = watched;
  const { epoch } = row;
  const seen = before?.epoch === epoch ? before : seenNow(watched);
  const seenMs = now - seen.since;
  const watch: Readmission = { step: 'watch', seen };
  if (row.state === 'closing') {
    return { step: 'settle', seen, waitedOut: seenMs >= leaseWaitMs(limits) };
  }
  if (row.state === 'opening') return seenMs >= limits.openingMs ? { step: 'close', epoch } : watch;
  if (incarnation === null) return row.state === 'closed' ? { step: 'watch', seen: null } : watch;
  if (row.state === 'closed') {
    return seenMs >= limits.closedMs ? { step: 'open', epoch, candidate: incarnation } : watch;
  }
  if (incarnation !== row.incarnation) return { step: 'close', epoch };
  if (seenMs < limits.sweepMs) return watch;
  const left = watched.journal.filter((entry) => seen.journaled.includes(entry.id));
  return left.length > 0 ? { step: 'sweep', row, entries: left } : { step: 'watch', seen: seenNow(watched) };
}

export function afterSettlingOf({ seen }: Readmission & { readonly step: 'settle' }): Readmission {
  return { step: 'watch', seen };
}

/** The row that was opened; null when it was not, or when that is not known. */
export function afterOpen(row: ShardRow | null): Readmission {
  return row ? { step: 'list', row } : WATCH;
}

export function afterList(
  { row }: Readmission & { readonly step: 'list' },
  entries: readonly JournalEntry[] | null,
  limits: ReadmissionLimits,
): Readmission {
  if (!entries) return { step: 'close', epoch: row.epoch };
  const mayApply = keptItsData(row) && entries.length <= limits.entriesMax;
  return { step: mayApply ? 'apply' : 'flush', row, entries };
}

/** Whether the candidate did all of it. */
export function afterApplying(
  { row, entries }: Readmission & { readonly step: 'apply' | 'flush' },
  isDone: boolean,
): Readmission {
  if (!isDone) return { step: 'close', epoch: row.epoch };
  return { step: 'serve', epoch: row.epoch, applied: entries.map(({ id }) => id) };
}

export function afterSweeping(
  { row, entries }: Readmission & { readonly step: 'sweep' },
  isDone: boolean,
): Readmission {
  if (!isDone) return { step: 'close', epoch: row.epoch };
  return { step: 'remove', epoch: row.epoch, applied: entries.map(({ id }) => id) };
}

function seenNow({ row, journal, now }: Watched): Seen {
  return { epoch: row.epoch, since: now, journaled: journal.map(({ id }) => id) };
}
