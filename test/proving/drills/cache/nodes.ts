import type { Look } from '../../../../proving/drills/cache/types.ts';
import type { CacheNode } from '../../../../proving/drills/model.ts';

/** The node of a shard of the main copy. */
export function node(shard: number, rest: Partial<CacheNode> = {}): CacheNode {
  return {
    id: `demo-cache-${shard}`,
    nodeId: `demo-cache-${shard}-001`,
    cache: 'main',
    shard,
    az: ['a', 'b', 'c'][shard % 3]!,
    status: 'available',
    address: `127.9.0.${shard + 1}`,
    port: 6379,
    endpoint: `master.demo-cache-${shard}`,
    pid: 1000 + shard,
    ...rest,
  };
}

/** Entries of these products, all of one version. */
export function lookOf(on: CacheNode, products: readonly number[], version = 1, at = 0): Look {
  return { node: on, at, entries: new Map(products.map((product) => [product, version])) };
}
