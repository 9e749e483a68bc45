import type { Redis } from 'ioredis';
import type { CacheNode } from '../../model.ts';
import type { DrillPlace } from '../../ports.ts';
import { withPlainCache } from '../plain-cache.ts';
import type { ShardFault, ShardFaultContext } from '../types.ts';

const ANSWER_MS_MAX = 5000;

/** Empties every node at the same time (F-28). Verified by the servers' own count of keys before and after. */
export async function flush({ place, victims, now }: ShardFaultContext): Promise<ShardFault> {
  const at = now();
  const counts = await Promise.all(victims.map((node) => flushed(place, node)));
  return {
    at,
    verify: () => Promise.resolve(counts.every(({ before, after }) => before > 0 && after < before / 2)),
    release: () => Promise.resolve(),
  };
}

/** Everything on these nodes is gone: what a drill of before has left behind, say. */
export async function emptied(place: DrillPlace, nodes: readonly CacheNode[]): Promise<void> {
  await Promise.all(nodes.map((node) => flushed(place, node)));
}

function flushed(place: DrillPlace, node: CacheNode): Promise<{ before: number; after: number }> {
  return withPlainCache(place, node, { timeoutMs: ANSWER_MS_MAX }, async (redis) => {
    const before = await keysOf(redis);
    await redis.flushall();
    return { before, after: await keysOf(redis) };
  });
}

/** `db0:keys=123,expires=...` of INFO; no line for an empty server. */
async function keysOf(redis: Redis): Promise<number> {
  const info = await redis.info('keyspace');
  return Number(/^db0:keys=(\d+)/m.exec(info)?.[1] ?? 0);
}
