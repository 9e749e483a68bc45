/** What the parts of one cache share. */

import { isLeased, type ReadSight, type Sight } from '../../core/cache/protocol/index.ts';
import { within } from '../bounded.ts';
import type { Clock, Random } from '../ports.ts';
import type { LeaseKeeper } from './lease-keeper.ts';
import type { CacheLimits } from './limits.ts';
import type { OpenedCache } from './operations.ts';
import type { EpochStore, Journal } from './ports.ts';
import type { ShardLink } from './shard-link.ts';

export interface CacheParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly limits: CacheLimits;
  /** By shard: of those that this process knows the endpoints of. */
  readonly links: readonly ShardLink[];
  readonly leases: LeaseKeeper;
  readonly epochs: EpochStore;
  readonly journal: Journal;
  /** The cache that this one is filled from, where there is one. */
  readonly behind: { inner: OpenedCache | null };
  /** A text that nobody else ever makes. */
  readonly stamp: () => string;
}

export function sightOf({ links, leases, clock }: CacheParts, shard: number): Sight {
  return { view: leases.view(shard), incarnation: links[shard]?.incarnation ?? null, now: clock.now() };
}

/** A shard, and the epoch of the ring that has placed a key on it. */
export interface Placed {
  readonly shard: number;
  readonly ring: number;
}

export function readSightOf(parts: CacheParts, { shard, ring }: Placed): ReadSight {
  const { links, leases, clock } = parts;
  const now = clock.now();
  const isPlaced = leases.ring.row.epoch === ring && isLeased(leases.ring, now);
  return { view: leases.view(shard), incarnation: links[shard]?.incarnation ?? null, now, isPlaced };
}

/** What a transaction answers; null when it failed or did not answer in time, and may have been made all the same. */
export async function answerOf<T>(parts: CacheParts, transaction: () => Promise<T>): Promise<T | null> {
  const { clock, limits } = parts;
  const late = (): Error => new Error(`no answer within ${limits.storeMs} ms`);
  try {
    return await within(clock, limits.storeMs, transaction(), late);
  } catch {
    return null;
  }
}

export function sleep(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => {
    clock.after(Math.max(0, ms), resolve);
  });
}
