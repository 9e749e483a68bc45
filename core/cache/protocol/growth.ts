/**
 * What whoever doubles the shards does next, from what the ledger says. Everything that must not be forgotten is in
 * the ledger, so it may die at any step and another one goes on, or several do it at once: each transition is made
 * from the epoch that its maker saw.
 */

import { isAwaited, type Purge, purgesOf, type RingRow } from './ring.ts';
import { type Holder, type LeaseLimits, leaseWaitMs } from './rows.ts';

/** Twice the number of shards, or back to the one from before. */
export type GrowthGoal = 'grow' | 'return';

/** What one operator has seen and done under the epoch that it sees. */
export interface GrowthMemory {
  readonly epoch: number;
  /** Since when, in monotonic ms of this operator. */
  readonly since: number;
  /** What had to be purged under this epoch is. */
  readonly isPurged: boolean;
}

export interface GrowthSight {
  readonly ring: RingRow;
  readonly holders: readonly Pick<Holder, 'ring'>[];
  readonly now: number;
}

export type GrowthStep =
  /** Until every process has adopted the ring, or has had no lease of an older one for sure. */
  | { readonly step: 'wait'; readonly epoch: number; readonly behind: number; readonly forMs: number }
  | { readonly step: 'purge'; readonly epoch: number; readonly purges: readonly Purge[] }
  | { readonly step: 'advance'; readonly epoch: number; readonly waitedOut: boolean }
  | { readonly step: 'turn'; readonly epoch: number }
  /** Nothing is in transit, and everybody knows. */
  | { readonly step: 'done'; readonly shards: number };

export function growthMemory(before: GrowthMemory | null, { ring, now }: GrowthSight): GrowthMemory {
  return before?.epoch === ring.epoch ? before : { epoch: ring.epoch, since: now, isPurged: false };
}

/** `memory` is of this sight. A ring that does not grow is started by `startGrowth`. */
export function nextGrowthStep(
  goal: GrowthGoal,
  { ring, holders, now }: GrowthSight,
  memory: GrowthMemory,
  limits: LeaseLimits,
): GrowthStep {
  const { epoch, target } = ring;
  if (target !== null && ring.isReturning !== (goal === 'return')) return { step: 'turn', epoch };
  const behind = holders.filter((holder) => holder.ring < epoch).length;
  const forMs = Math.max(0, memory.since + leaseWaitMs(limits) - now);
  const waitedOut = forMs === 0;
  const mustWait = target === null || isAwaited(ring);
  if (mustWait && behind > 0 && !waitedOut) return { step: 'wait', epoch, behind, forMs };
  if (target === null) return { step: 'done', shards: ring.shards };
  const purges = purgesOf(ring);
  if (purges.length > 0 && !memory.isPurged) return { step: 'purge', epoch, purges };
  return { step: 'advance', epoch, waitedOut };
}
