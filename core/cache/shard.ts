/**
 * Which shard a key lives on. It depends on the key and on the deployed number of shards alone, never on who is
 * alive (I-20): a key is hashed to one of 65,536 fixed slots, and slot `n` lives on shard `n mod shards`.
 *
 * From N to 2N shards, a slot of shard `s` stays on `s` or goes to `s + N`, and to nobody else. The busiest shard
 * has at most 1 + shards / 65,536 times the mean number of slots: below 1.016 at 1,024 shards.
 */

import type { Fault } from '../errors.ts';
import { murmur3Signed } from './hash.ts';

export const SLOTS = 65_536;
export const SHARDS_MAX = 1024;

/** The fixed slot of a key, 0 to 65,535: the low 16 bits of MurmurHash3 (x86, 32 bit, seed 0) of its bytes. */
export function slotOf(key: string | Uint8Array): number {
  return murmur3Signed(key) & (SLOTS - 1);
}

/** The shard of a key, 0 to `shardCount` - 1. Check `shardCount` once with `shardCountFaults`. */
export function shardOf(key: string | Uint8Array, shardCount: number): number {
  return slotOf(key) % shardCount;
}

export function shardCountFaults(field: string, shardCount: number): readonly Fault[] {
  if (Number.isSafeInteger(shardCount) && shardCount >= 1 && shardCount <= SHARDS_MAX) return [];
  const rule = `must be a whole number of shards from 1 to ${SHARDS_MAX}`;
  return [{ field, value: shardCount, rule, fix: 'give the number of shards that is deployed' }];
}
