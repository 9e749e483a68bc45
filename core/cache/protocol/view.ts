/**
 * What one process believes of one shard: the newest row that it knows, and until when it may serve hits under it.
 * All times are monotonic ms of this process, 0 or more.
 */

import { type LeaseLimits, newRow, type ShardRow } from './rows.ts';

export interface ShardView {
  readonly row: ShardRow;
  /** No lease from this moment on. */
  readonly leaseUntil: number;
}

/** A time that has passed on every clock. */
export const NO_LEASE = -1;

/** Of a shard that nothing is known of: nothing is served. */
export function unknownView(shard: number): ShardView {
  return { row: { ...newRow(shard), epoch: 0 }, leaseUntil: NO_LEASE };
}

/** A row from a renewal that was sent at `sentAt`. An answer that was overtaken by a newer one changes nothing. */
export function renewedView(view: ShardView, row: ShardRow, sentAt: number, limits: LeaseLimits): ShardView {
  const leaseUntil = sentAt + limits.leaseMs;
  if (row.epoch < view.row.epoch) return view;
  if (row.epoch > view.row.epoch) return { row, leaseUntil };
  return leaseUntil > view.leaseUntil ? { ...view, leaseUntil } : view;
}

/** A row from any other transaction: news, but no lease. */
export function toldView(view: ShardView, row: ShardRow): ShardView {
  return row.epoch > view.row.epoch ? { row, leaseUntil: NO_LEASE } : view;
}

export function isLeased(view: ShardView, now: number): boolean {
  return now < view.leaseUntil;
}

/** Hits may be served from a connection to this server process; null when there is none. */
export function mayServe(view: ShardView, incarnation: string | null, now: number): boolean {
  const { row } = view;
  return (
    row.state === 'serving' && incarnation !== null && incarnation === row.incarnation && isLeased(view, now)
  );
}

/** True when deletions go to the shard and not to the journal. */
export function takesDeletions(row: ShardRow): boolean {
  return row.state === 'serving' || row.state === 'opening';
}

/** True when this server process is the one that deletions must reach. */
export function isDestination(row: ShardRow, incarnation: string | null): boolean {
  const wanted = row.state === 'opening' ? row.candidate : row.incarnation;
  return takesDeletions(row) && incarnation !== null && incarnation === wanted;
}
