/**
 * What everybody agrees on, as data: one row a shard, the journal, and who holds read leases. They are tables of
 * the application's database; `ledger.ts` says what each transaction on them does.
 *
 *     serving --closed by whoever could not deliver--> closing --leases ended--> closed
 *        ^                                                                         |
 *        '-- everything journaled is applied, or flushed -- opening <--------------'
 *
 * Every transition raises the epoch by one and is made only from the epoch that its maker saw.
 */

/**
 * - `serving`: hits are served, deletions go to the shard.
 * - `closing`: deletions go to the journal; some client may still serve hits, under a lease of before.
 * - `closed`: deletions go to the journal; nobody serves hits, every read is a miss.
 * - `opening`: nobody serves hits; deletions go to the shard, while the ones in the journal are applied.
 */
export type ShardState = 'serving' | 'closing' | 'closed' | 'opening';

export const SHARD_STATES = ['serving', 'closing', 'closed', 'opening'] as const;

export interface ShardRow {
  readonly shard: number;
  readonly epoch: number;
  readonly state: ShardState;
  /**
   * The server process whose data may be served, once the journal is applied to it: another one may have restarted
   * on old data. Null for none.
   */
  readonly incarnation: string | null;
  /** In `opening`: the process that is made ready. */
  readonly candidate: string | null;
}

/** An invalidation that its shard has not had, as far as the journal knows. */
export interface JournalEntry {
  readonly id: number;
  readonly shard: number;
  /** The name of the key as it stands on the shard. */
  readonly key: string;
}

/** A process that may hold read leases. */
export interface Holder {
  readonly id: string;
  /** The number of its newest renewal. */
  readonly sequence: number;
  /** The epoch of each shard that it has adopted, by shard: it serves nothing under an older one any more. */
  readonly adopted: readonly number[];
  /** The epoch of the ring that it has adopted. */
  readonly ring: number;
  /** The number of shards that it knows the endpoints of. */
  readonly knows: number;
  /** Reads of this process since it started, as its callers saw them. */
  readonly hits: number;
  readonly misses: number;
}

export interface LeaseLimits {
  /** A read lease ends so long after its renewal was sent. @default 3000 */
  readonly leaseMs: number;
  /** Between two renewals. @default 1000 */
  readonly renewMs: number;
  /** By how much two monotonic clocks may differ in rate. @default 0.01 */
  readonly driftRatio: number;
}

export const LEASE_DEFAULTS: LeaseLimits = { leaseMs: 3000, renewMs: 1000, driftRatio: 0.01 };

/** After so long on any clock, every lease from before has ended on every other clock. */
export function leaseWaitMs({ leaseMs, driftRatio }: LeaseLimits): number {
  return Math.ceil(leaseMs * (1 + driftRatio));
}

/** A holder that has not renewed yet. */
export function newHolder(id: string, shardCount: number): Holder {
  const adopted = Array.from({ length: shardCount }, () => 0);
  return { id, sequence: 0, adopted, ring: 0, knows: 0, hits: 0, misses: 0 };
}

/** The row of a shard that nothing was ever cached on. */
export function newRow(shard: number): ShardRow {
  return { shard, epoch: 1, state: 'closed', incarnation: null, candidate: null };
}

/** Somebody could not deliver. Nobody serves hits in `opening`, so from there no lease has to end. */
export function closeRow(row: ShardRow, epoch: number): ShardRow | null {
  if (row.epoch !== epoch) return null;
  if (row.state === 'serving') return { ...row, epoch: epoch + 1, state: 'closing' };
  if (row.state === 'opening') return { ...row, epoch: epoch + 1, state: 'closed', candidate: null };
  return null;
}

/** Every lease under which hits were served has ended. */
export function settleRow(row: ShardRow, epoch: number): ShardRow | null {
  return row.epoch === epoch && row.state === 'closing'
    ? { ...row, epoch: epoch + 1, state: 'closed' }
    : null;
}

/**
 * A candidate that is not the process that served before takes deletions from here on which that one never hears
 * of: nobody's data may be trusted any more.
 */
export function openRow(row: ShardRow, epoch: number, candidate: string): ShardRow | null {
  if (row.epoch !== epoch || row.state !== 'closed') return null;
  const incarnation = candidate === row.incarnation ? row.incarnation : null;
  return { ...row, epoch: epoch + 1, state: 'opening', incarnation, candidate };
}

/** Everything journaled before `opening` is applied on the candidate, or it was flushed. */
export function serveRow(row: ShardRow, epoch: number): ShardRow | null {
  if (row.epoch !== epoch || row.state !== 'opening') return null;
  return { ...row, epoch: epoch + 1, state: 'serving', incarnation: row.candidate, candidate: null };
}

/** True when the process that is made ready still holds what it held: it never went away, it was only not reached. */
export function keptItsData(row: ShardRow): boolean {
  return row.candidate !== null && row.candidate === row.incarnation;
}
