/** Quarantine, so that clients need not each find out; and readmission, where no client looks after it. */

import type { LedgerItem } from '../../state/items.ts';
import { actionOf } from './record.ts';
import type { CacheAction, CacheHold } from './types.ts';
import type { ShardView } from './view.ts';

/** Longer than a client's longest wait before it opens a shard (`closedMs` doubled five times: 64 s). */
export const CLIENTS_FIRST_MS = 90_000;
/** A readmission that came to nothing is not asked for again before this. */
export const READMIT_PAUSE_MS = 300_000;

type Decided = CacheAction | CacheHold | null;

/** `tooMany`: so much looks away that it is more likely our own eyes, or AWS's, than these shards. */
export function decideQuarantine(
  view: ShardView,
  ledger: readonly LedgerItem[],
  tooMany: string | null,
): Decided {
  const { shard, votes, row, now } = view;
  if (votes.reachable !== false) return null;
  const wait = (cause: CacheHold['cause'], reason: string): CacheHold => {
    return { memberId: shard.memberId, what: 'quarantine', cause, reason, reviewAt: null };
  };
  if (row === null) return wait('rows-unknown', `${votes.told}; its row cannot be read`);
  if (row.state !== 'serving') return null;
  if (tooMany !== null) return wait('too-many', tooMany);
  const before = ledger.find(
    (item) => isDone(item, shard.memberId, 'quarantine') && item.startedAt >= votes.since!,
  );
  if (before !== undefined) {
    const reason = `${votes.told}; quarantined ${now - before.startedAt} ms ago, and somebody has reached it since`;
    return wait('quarantined-before', reason);
  }
  return {
    kind: 'quarantine',
    ...view.told(`${votes.told} since ${now - votes.since!} ms`),
    rowEpoch: row.epoch,
  };
}

export function decideReadmission(view: ShardView, ledger: readonly LedgerItem[]): Decided {
  const { shard, votes, row, now, awaySince } = view;
  // A shard that never served has no client yet: the first one opens it.
  if (votes.reachable !== true || row === null || row.state === 'serving' || awaySince === null) return null;
  const wait = (cause: CacheHold['cause'], reason: string, reviewAt: number): CacheHold => {
    return { memberId: shard.memberId, what: 'readmit', cause, reason, reviewAt };
  };
  const awayMs = now - awaySince;
  const state = `${votes.told}; ${row.state} for ${awayMs} ms`;
  if (awayMs < CLIENTS_FIRST_MS) return wait('clients-first', state, awaySince + CLIENTS_FIRST_MS);
  const before = ledger.find(
    (item) => actionOf(item) === 'readmit' && item.memberId === shard.memberId && item.mode === 'act',
  );
  const until = before === undefined ? now : before.startedAt + READMIT_PAUSE_MS;
  if (until > now) return wait('asked-before', `${state}; asked ${now - before!.startedAt} ms ago`, until);
  return { kind: 'readmit', ...view.told(state), rowEpoch: row.epoch };
}

function isDone(item: LedgerItem, memberId: string, action: CacheAction['kind']): boolean {
  return item.memberId === memberId && item.state === 'done' && actionOf(item) === action;
}
