/**
 * What one process believes of one shard, or of the ring: the newest row that it knows, and until when it may serve
 * hits under it. All times are monotonic ms of this process, 0 or more.
 */

import { newRing, type RingRow } from './ring.ts';
import { type LeaseLimits, newRow, type ShardRow } from './rows.ts';

export interface View<Row extends { readonly epoch: number }> {
  readonly row: Row;
  /** No lease from this moment on. */
  readonly leaseUntil: number;
}

export type ShardView = View<ShardRow>;
export type RingView = View<RingRow>;

/** A time that has passed on every clock. */
export const NO_LEASE = -1;

/** Of a shard that nothing is known of: nothing is served. */
export function unknownView(shard: number): ShardView {
  return { row: { ...newRow(shard), epoch: 0 }, leaseUntil: NO_LEASE };
}

/** Before the first renewal: `shards` is how many this process knows the endpoints of. Nothing is served. */
export function unknownRing(shards: number): RingView {
  return { row: { ...newRing(shards), epoch: 0 }, leaseUntil: NO_LEASE };
}

/** A row from a renewal that was sent at `sentAt`. An answer that was overtaken by a newer one changes nothing. */
export function renewedView<Row extends { readonly epoch: number }>(
  view: View<Row>,
  row: Row,
  sentAt: number,
  limits: LeaseLimits,
): View<Row> {
  const leaseUntil = sentAt + limits.leaseMs;
  if (row.epoch < view.row.epoch) return view;
  if (row.epoch > view.row.epoch) return { row, leaseUntil };
  return leaseUntil > view.leaseUntil ? { ...view, leaseUntil } : view;
}

/** A row from any other transaction: news, but no lease. */
export function toldView<Row extends { readonly epoch: number }>(view: View<Row>, row: Row): View<Row> {
  return row.epoch > view.row.epoch ? { row, leaseUntil: NO_LEASE } : view;
}

export function isLeased({ leaseUntil }: { readonly leaseUntil: number }, now: number): boolean {
  return now < leaseUntil;
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
