/**
 * What each transaction on the tables does, as a function of their contents. Each is atomic and serializable; a
 * store in SQL must do the same (the row of the shard is locked before it is compared).
 */

import {
  advanceRing,
  isAwaited,
  newRing,
  type RingRow,
  type RingStart,
  startRing,
  turnRing,
} from './ring.ts';
import {
  closeRow,
  type Holder,
  type JournalEntry,
  newHolder,
  newRow,
  openRow,
  serveRow,
  settleRow,
  type ShardRow,
} from './rows.ts';

export interface Ledger {
  readonly ring: RingRow;
  /** By shard. */
  readonly rows: readonly ShardRow[];
  readonly journal: readonly JournalEntry[];
  readonly holders: readonly Holder[];
  readonly nextId: number;
}

/** The tables after a transaction, and what it answers. */
export type Result<Answer> = readonly [Ledger, Answer];

export interface Report {
  readonly shard: number;
  /** What could not be delivered; nothing where it was recorded before. */
  readonly keys: readonly string[];
  /** The epoch under which it could not be delivered. */
  readonly epoch: number;
}

export interface Reported {
  readonly row: ShardRow;
  /** False: the shard takes deletions under an epoch that the reporter did not know. Nothing was written. */
  readonly recorded: boolean;
}

export type Renewed =
  | { readonly kind: 'renewed'; readonly rows: readonly ShardRow[]; readonly ring: RingRow }
  /** No such holder: register first. No lease is given. */
  | { readonly kind: 'unknown-holder' };

export function newLedger(shardCount: number): Ledger {
  const rows = Array.from({ length: shardCount }, (_, shard) => newRow(shard));
  return { ring: newRing(shardCount), rows, journal: [], holders: [], nextId: 1 };
}

/** Makes a holder known. It commits before the first renewal, so that whoever closes a shard later sees it. */
export function register(ledger: Ledger, id: string): Result<void> {
  const holder = newHolder(id, ledger.rows.length);
  return [{ ...ledger, holders: [...ledger.holders.filter((other) => other.id !== id), holder] }, undefined];
}

/** Notes what the holder has adopted, and answers all rows and the ring. The lease counts from when the request was sent. */
export function renew(ledger: Ledger, renewing: Holder): Result<Renewed> {
  const known = ledger.holders.find((holder) => holder.id === renewing.id);
  if (!known) return [ledger, { kind: 'unknown-holder' }];
  const answer: Renewed = { kind: 'renewed', rows: ledger.rows, ring: ledger.ring };
  if (renewing.sequence <= known.sequence) return [ledger, answer];
  const holders = ledger.holders.map((holder) => (holder === known ? renewing : holder));
  return [{ ...ledger, holders }, answer];
}

/** Takes a holder out that has not renewed since `sequence`, a full lease wait ago; or one that says goodbye. */
export function forget(ledger: Ledger, id: string, sequence: number): Result<void> {
  const holders = ledger.holders.filter((holder) => holder.id !== id || holder.sequence !== sequence);
  return [{ ...ledger, holders }, undefined];
}

/**
 * Inside the transaction of a write: journals its invalidations whatever the state, and answers the row. A store in
 * SQL answers the ring with it and locks the ring's row first (`for share`), until the transaction ends: so no
 * transition of the ring comes between what was recorded and the commit.
 */
export function record(ledger: Ledger, shard: number, keys: readonly string[]): Result<ShardRow> {
  return [appended(ledger, shard, keys), rowOf(ledger, shard)];
}

/** An invalidation could not be delivered: journals it and closes the shard, in one. */
export function report(ledger: Ledger, { shard, keys, epoch }: Report): Result<Reported> {
  const row = rowOf(ledger, shard);
  const isTaking = row.state === 'serving' || row.state === 'opening';
  const closed = closeRow(row, epoch);
  if (isTaking && !closed) return [ledger, { row, recorded: false }];
  const after = closed ?? row;
  return [withRow(appended(ledger, shard, keys), after), { row: after, recorded: true }];
}

/** Somebody saw that the shard is not what the row says, such as restarted. */
export function close(ledger: Ledger, shard: number, epoch: number): Result<ShardRow> {
  return moved(ledger, shard, closeRow(rowOf(ledger, shard), epoch));
}

/**
 * Ends `closing`: when the caller has waited a full lease since it saw the epoch, or else when every holder has
 * adopted the epoch.
 */
export function settle(
  ledger: Ledger,
  {
    shard,
    epoch,
    waitedOut,
  }: { readonly shard: number; readonly epoch: number; readonly waitedOut: boolean },
): Result<ShardRow> {
  const row = rowOf(ledger, shard);
  const isOver = waitedOut || ledger.holders.every(({ adopted }) => (adopted[shard] ?? 0) >= epoch);
  return moved(ledger, shard, isOver ? settleRow(row, epoch) : null);
}

/** Answers null when somebody else has moved the row. */
export function open(
  ledger: Ledger,
  shard: number,
  epoch: number,
  candidate: string,
): Result<ShardRow | null> {
  const row = openRow(rowOf(ledger, shard), epoch, candidate);
  return [row ? withRow(ledger, row) : ledger, row];
}

/** The journal of one shard, oldest first. */
export function list(ledger: Ledger, shard: number): readonly JournalEntry[] {
  return ledger.journal.filter((entry) => entry.shard === shard);
}

/** The shard serves again, and what was applied leaves the journal, in one. */
export function serve(
  ledger: Ledger,
  {
    shard,
    epoch,
    applied,
  }: { readonly shard: number; readonly epoch: number; readonly applied: readonly number[] },
): Result<ShardRow> {
  const served = serveRow(rowOf(ledger, shard), epoch);
  return moved(served ? without(ledger, applied) : ledger, shard, served);
}

/** Entries that were delivered under this epoch leave the journal; under another one they stay. */
export function remove(
  ledger: Ledger,
  shard: number,
  epoch: number,
  applied: readonly number[],
): Result<void> {
  return [rowOf(ledger, shard).epoch === epoch ? without(ledger, applied) : ledger, undefined];
}

/** Adds the rows of shards up to this number that are not there yet, as of shards that nothing was cached on. */
export function addShards(ledger: Ledger, count: number): Result<void> {
  const missing = Math.max(0, count - ledger.rows.length);
  const added = Array.from({ length: missing }, (_, at) => newRow(ledger.rows.length + at));
  return [{ ...ledger, rows: [...ledger.rows, ...added] }, undefined];
}

/** Begins to grow, when the rows of all shards are there. Answers the ring, whoever has moved it. */
export function startGrowth(ledger: Ledger, start: RingStart): Result<RingRow> {
  const hasRows = ledger.rows.length >= start.target;
  return ringed(ledger, hasRows ? startRing(ledger.ring, start) : null);
}

/**
 * The next phase. One that every client must have adopted ends when each holder has said so, or when the caller has
 * waited a full lease since it saw the epoch.
 */
export function advanceGrowth(
  ledger: Ledger,
  { epoch, waitedOut }: { readonly epoch: number; readonly waitedOut: boolean },
): Result<RingRow> {
  const { ring, holders } = ledger;
  const isOver = waitedOut || !isAwaited(ring) || holders.every((holder) => holder.ring >= ring.epoch);
  return ringed(ledger, isOver ? advanceRing(ring, epoch) : null);
}

/** Gives the growth up, or takes it up again. */
export function turnGrowth(ledger: Ledger, epoch: number): Result<RingRow> {
  return ringed(ledger, turnRing(ledger.ring, epoch));
}

function ringed(ledger: Ledger, ring: RingRow | null): Result<RingRow> {
  return ring ? [{ ...ledger, ring }, ring] : [ledger, ledger.ring];
}

function moved(ledger: Ledger, shard: number, row: ShardRow | null): Result<ShardRow> {
  return row ? [withRow(ledger, row), row] : [ledger, rowOf(ledger, shard)];
}

function rowOf(ledger: Ledger, shard: number): ShardRow {
  const row = ledger.rows[shard];
  if (!row) throw new RangeError(`shard ${shard} is not one of ${ledger.rows.length}`);
  return row;
}

function withRow(ledger: Ledger, row: ShardRow): Ledger {
  return { ...ledger, rows: ledger.rows.with(row.shard, row) };
}

function without(ledger: Ledger, ids: readonly number[]): Ledger {
  return { ...ledger, journal: ledger.journal.filter((entry) => !ids.includes(entry.id)) };
}

function appended(ledger: Ledger, shard: number, keys: readonly string[]): Ledger {
  if (keys.length === 0) return ledger;
  const entries = keys.map((key, at) => ({ id: ledger.nextId + at, shard, key }));
  return { ...ledger, journal: [...ledger.journal, ...entries], nextId: ledger.nextId + keys.length };
}
