/** Where the ring has a key: it is read from one shard, and deleted from that one and sometimes another. */

import { type CacheKey, slotOf } from '../../core/cache/index.ts';
import { deletesAlsoFrom, isLeased, readsFrom, type RingRow } from '../../core/cache/protocol/index.ts';
import { CacheError } from './errors.ts';
import type { CacheParts, Placed } from './parts.ts';

/** A key as it stands on its shard. */
export interface Place extends Placed {
  readonly key: CacheKey;
}

/** Where the key is read and filled, as far as this process knows. */
export function placeOf({ leases }: CacheParts, key: CacheKey): Place {
  const { row } = leases.ring;
  return { shard: readsFrom(row, slotOf(key)), ring: row.epoch, key };
}

/** Where the key is deleted; first where it is read. */
export function placesUnder(ring: RingRow, key: CacheKey): readonly [Place, ...Place[]] {
  const slot = slotOf(key);
  const place = { shard: readsFrom(ring, slot), ring: ring.epoch, key };
  const also = deletesAlsoFrom(ring, slot);
  return also === null ? [place] : [place, { ...place, shard: also }];
}

/**
 * The ring under a lease that is in force now, so after the write of whoever asks has committed: nobody is served from
 * a shard that it does not name. @throws CacheError `not-invalidated`
 */
export async function leasedRing({ leases, clock }: CacheParts): Promise<RingRow> {
  if (!isLeased(leases.ring, clock.now())) await leases.renew();
  if (isLeased(leases.ring, clock.now())) return leases.ring.row;
  const why = 'the database did not answer, so which shards the keys are on is not known';
  throw new CacheError('not-invalidated', `nothing is invalidated: ${why}. Delete them again`);
}
