/** A plain `ioredis` connection to one node, from any address: how a drill looks at a shard without asking the cache. */

import { Redis } from 'ioredis';
import type { CacheNode } from '../model.ts';
import type { DrillPlace } from '../ports.ts';
import { keyOf, versionIn } from './entries.ts';

export interface PlainCacheOptions {
  /** Connects from this loopback address. @default - the system's choice */
  readonly from?: string;
  /** Bounds connecting, and each command. */
  readonly timeoutMs: number;
}

const KEYS_PER_COMMAND = 500;

/** What stands on a shard under the products' keys: the version of each entry, null for one that holds none. */
export type Entries = ReadonlyMap<number, number | null>;

/** Connects, verifies the server and logs in as the application. Leaves nothing open when it rejects. */
export async function openPlainCache(
  place: DrillPlace,
  node: CacheNode,
  { from, timeoutMs }: PlainCacheOptions,
): Promise<Redis> {
  const { user, password, ca } = await place.cacheLogin(node);
  const redis = new Redis({
    host: node.address,
    port: node.port,
    username: user,
    password,
    tls: { ca, servername: node.endpoint, ...(from === undefined ? {} : { localAddress: from }) },
    lazyConnect: true,
    connectTimeout: timeoutMs,
    commandTimeout: timeoutMs,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    enableReadyCheck: false,
    disableClientInfo: true,
  });
  redis.on('error', () => undefined);
  let timer: NodeJS.Timeout | undefined;
  try {
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`${node.id}: no login within ${timeoutMs} ms`)), timeoutMs);
    });
    await Promise.race([redis.connect().then(() => redis.ping()), late]);
    return redis;
  } catch (error) {
    redis.disconnect();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** Runs work over a connection of its own. */
export async function withPlainCache<T>(
  place: DrillPlace,
  node: CacheNode,
  options: PlainCacheOptions,
  work: (redis: Redis) => Promise<T>,
): Promise<T> {
  const redis = await openPlainCache(place, node, options);
  try {
    return await work(redis);
  } finally {
    redis.disconnect();
  }
}

/** The entries that are there, of these products. All commands are sent at once, in this order. */
export async function entriesOn(redis: Redis, products: readonly number[]): Promise<Entries> {
  const chunks: (readonly number[])[] = [];
  for (let at = 0; at < products.length; at += KEYS_PER_COMMAND)
    chunks.push(products.slice(at, at + KEYS_PER_COMMAND));
  const answers = await Promise.all(chunks.map((chunk) => redis.mgetBuffer(...chunk.map(keyOf))));
  const entries = new Map<number, number | null>();
  for (const [n, chunk] of chunks.entries()) {
    for (const [i, product] of chunk.entries()) {
      const entry = answers[n]![i] ?? null;
      if (entry !== null) entries.set(product, versionIn(entry));
    }
  }
  return entries;
}

/** Whether a node answers from there; null address: from anywhere. */
export async function answers(
  place: DrillPlace,
  node: CacheNode,
  options: PlainCacheOptions,
): Promise<boolean> {
  return withPlainCache(place, node, options, async () => true).catch(() => false);
}
