/** On which shard each product's key belongs, and who is found elsewhere. */

import { keyOf } from './entries.ts';
import { shardOfKey } from './slots.ts';
import type { Look } from './types.ts';

/** The shard of a product; null where that is not known. */
export type Home = (product: number) => number | null;

/** By the documented slots and the deployed number of shards alone. */
export function homeBySlots(products: readonly number[], shards: number): Home {
  const homes = new Map(products.map((product) => [product, shardOfKey(keyOf(product), shards)]));
  return (product) => homes.get(product) ?? null;
}

/** Where the keys were found while nobody was broken: for a control, whose ring documents nothing. */
export function homeByLooks(looks: readonly Look[]): Home {
  const homes = new Map<number, number>();
  for (const { node, entries } of looks) for (const product of entries.keys()) homes.set(product, node.shard);
  return (product) => homes.get(product) ?? null;
}

/** Products' keys on shards where they do not belong, each once a shard. */
export function strangers(looks: readonly Look[], home: Home): number {
  const found = new Set<string>();
  for (const { node, entries } of looks) {
    for (const product of entries.keys()) {
      const shard = home(product);
      if (shard !== null && shard !== node.shard) found.add(`${product} on ${node.shard}`);
    }
  }
  return found.size;
}
