/**
 * The number of shards, as one row that everybody agrees on, and how it doubles. A slot lives on shard
 * `slot mod shards`; while the ring grows, the slots that are to move go in parts to `slot mod target`. A slot of
 * shard `s` stays on `s` or goes to `s + shards`.
 *
 * One part is in transit at a time, and its deletions go to both of its shards. So both are true, and a client that
 * has heard of the next phase and one that has not may read from different ones:
 *
 *     steady --> joining --all adopted--> clearing --the other shard is emptied of it--> leaving --all adopted--> steady
 *
 * - `joining`: reads stay where they are; soon every client deletes from both shards.
 * - `clearing`: every client does. What the other shard holds of the part may be old, from an attempt that was given
 *   up: it is purged. Whatever is filled there later is deleted in time.
 * - `leaving`: reads go to the other shard; those who have not heard read from the one before.
 *
 * Returning to the old number is the same, part by part, the last one first.
 */

export type RingPhase = 'steady' | 'joining' | 'clearing' | 'leaving';

export const RING_PHASES = ['steady', 'joining', 'clearing', 'leaving'] as const;

/** Parts of a growth, where nothing else is asked for: each is a sixteenth of all slots. */
export const RING_PARTS = 8;
export const RING_PARTS_MAX = 64;

export interface RingRow {
  /** Raised by one with every transition, which is made only from the epoch that its maker saw. */
  readonly epoch: number;
  /** The number of shards, or the one from before while it grows. */
  readonly shards: number;
  /** Twice as many while it grows; null otherwise. */
  readonly target: number | null;
  /** In how many parts it grows. */
  readonly parts: number;
  /** Parts 0 to `moved` - 1 have moved, 0 to `parts`. */
  readonly moved: number;
  readonly phase: RingPhase;
  /** The growth was given up: the parts go back, the last one first. */
  readonly isReturning: boolean;
  /** The share of reads that were hits before it grew, 0 to 1; null for not known. */
  readonly hitRatio: number | null;
}

export interface RingStart {
  /** The epoch that the caller saw. */
  readonly epoch: number;
  /** Twice the number of shards. */
  readonly target: number;
  readonly parts: number;
  readonly hitRatio: number | null;
}

export function newRing(shards: number): RingRow {
  return { ...STILL, epoch: 1, shards };
}

const STILL = {
  target: null,
  parts: RING_PARTS,
  moved: 0,
  phase: 'steady',
  isReturning: false,
  hitRatio: null,
} as const;

export function startRing(row: RingRow, { epoch, target, parts, hitRatio }: RingStart): RingRow | null {
  if (row.epoch !== epoch || row.target !== null || target !== 2 * row.shards) return null;
  return { ...STILL, epoch: epoch + 1, shards: row.shards, target, parts, hitRatio };
}

/** The next phase, or the next part, or the end. What must have happened before is the caller's to know. */
export function advanceRing(row: RingRow, epoch: number): RingRow | null {
  if (row.epoch !== epoch || row.target === null) return null;
  const next = { ...row, epoch: epoch + 1 };
  switch (row.phase) {
    case 'joining':
      return { ...next, phase: 'clearing' };
    case 'clearing':
      return { ...next, phase: 'leaving' };
    case 'leaving':
      return { ...next, phase: 'steady', moved: row.moved + (row.isReturning ? -1 : 1) };
    default:
      break;
  }
  if (row.moved !== (row.isReturning ? 0 : row.parts)) return { ...next, phase: 'joining' };
  return { ...STILL, epoch: next.epoch, shards: row.isReturning ? row.shards : row.target };
}

/** Gives a growth up, or takes it up again. Both shards of a part that is `leaving` are true, so it turns at once. */
export function turnRing(row: RingRow, epoch: number): RingRow | null {
  if (row.epoch !== epoch || row.target === null) return null;
  const next = { ...row, epoch: epoch + 1, isReturning: !row.isReturning };
  if (row.phase !== 'leaving') return { ...next, phase: 'steady' };
  return { ...next, moved: row.moved + (row.isReturning ? -1 : 1) };
}

/** True when the phase ends only after every client has adopted it. */
export function isAwaited({ phase }: RingRow): boolean {
  return phase === 'joining' || phase === 'leaving';
}

/** How many shards a client must know the endpoints of. */
export function shardsOf({ shards, target }: RingRow): number {
  return target ?? shards;
}

/** The part that is in transit; null for none. */
export function partInTransit({ phase, moved, isReturning }: RingRow): number | null {
  if (phase === 'steady') return null;
  return isReturning ? moved - 1 : moved;
}

/** The part of a slot that moves between these numbers of shards; null for a slot that stays. */
export function partOf(slot: number, { shards, target, parts }: RingRow): number | null {
  if (target === null || slot % shards === slot % target) return null;
  return Math.floor(slot / target) % parts;
}

/** Where a slot, 0 to 65,535, is read and filled. In the steady state it is one modulo. */
export function readsFrom(row: RingRow, slot: number): number {
  const { shards, target } = row;
  if (target === null) return slot % shards;
  const part = partOf(slot, row);
  return part !== null && part < servedParts(row) ? slot % target : slot % shards;
}

/** The shard besides `readsFrom` whose copy of the slot is deleted as well; null for none. */
export function deletesAlsoFrom(row: RingRow, slot: number): number | null {
  if (row.phase === 'steady') return null;
  const { shards, target } = row;
  if (target === null || partOf(slot, row) !== partInTransit(row)) return null;
  return readsFrom(row, slot) === slot % shards ? slot % target : slot % shards;
}

/** Parts 0 to this one, less one, are read from the shards that they move to. */
function servedParts({ phase, moved, isReturning }: RingRow): number {
  if (phase !== 'leaving') return moved;
  return isReturning ? moved - 1 : moved + 1;
}

/** A shard, and which of its slots are to be purged from it. */
export interface Purge {
  readonly shard: number;
  readonly part: number;
}

/**
 * What is to be purged in this phase: in `clearing` what the part may have left where it goes to, on which every
 * promise rests; in `leaving` what it leaves behind, which is nothing but memory.
 */
export function purgesOf(row: RingRow): readonly Purge[] {
  const part = partInTransit(row);
  if (part === null || row.target === null || row.phase === 'joining') return [];
  const isOntoTarget = (row.phase === 'clearing') !== row.isReturning;
  const first = isOntoTarget ? row.shards : 0;
  return Array.from({ length: row.shards }, (_, at) => ({ shard: first + at, part }));
}

/** True when the slot is of this part, and one of the two shards of the part is this one. */
export function isPurged(row: RingRow, { shard, part }: Purge, slot: number): boolean {
  return partOf(slot, row) === part && slot % row.shards === shard % row.shards;
}
