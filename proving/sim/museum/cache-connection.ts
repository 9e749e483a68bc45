/** A connection to a shard of which some words do something else: around every connection of a connector. */

import type { CacheConnection, CacheConnector } from '../../../runtime/cache/index.ts';

export type Change = (real: CacheConnection, shard: number) => Partial<CacheConnection>;

export function aroundConnections(change: Change): (real: CacheConnector) => CacheConnector {
  return (real) => ({
    connect: async (shard, options) => changed(await real.connect(shard, options), shard, change),
    close: () => real.close?.(),
  });
}

export function changed(real: CacheConnection, shard: number, change: Change): CacheConnection {
  return {
    incarnation: real.incarnation,
    get: (key) => real.get(key),
    getMany: (keys) => real.getMany(keys),
    ask: (key, mark, ttlMs) => real.ask(key, mark, ttlMs),
    put: (key, mark, ttlMs) => real.put(key, mark, ttlMs),
    exchange: (key, mark, entry, ttlMs) => real.exchange(key, mark, entry, ttlMs),
    restamp: (key, mark, next) => real.restamp(key, mark, next),
    delete: (keys) => real.delete(keys),
    flush: () => real.flush(),
    destroy: () => real.destroy(),
    onLost: (listener) => real.onLost(listener),
    ...change(real, shard),
  };
}
