/** Defects of how commands are sent: to whom, how long they are waited for, and what becomes of their replies. */

import type { CacheConnection, CacheConnector } from '../../../runtime/cache/index.ts';
import { aroundConnections, changed } from './cache-connection.ts';
import { span, type Exhibit } from './exhibit.ts';

const SHARDS = [0, 1] as const;

export const deadShardRehashed: Exhibit = {
  name: 'dead-shard-rehashed',
  incident: 'twemproxy with auto_eject_hosts: keys of a dead server go to another one, and come back old',
  invariant: 'I-20',
  cached: true,
  defect: { name: 'dead-shard-rehashed', cache: { connector: rehashing } },
  faults: (random) => [
    { tier: 'cache', id: 'F-01', shard: 0, returns: 'empty', ...span(60 + random.between(0, 20), 120) },
  ],
};

function rehashing(real: CacheConnector): CacheConnector {
  return {
    connect: (shard, options) =>
      real.connect(shard, options).catch(() => real.connect(shard === 0 ? 1 : 0, options)),
    close: () => real.close?.(),
  };
}

export const deletionNotWaitedFor: Exhibit = {
  name: 'deletion-not-waited-for',
  incident:
    'a deletion whose error is swallowed: the write is done, and the old value stays until it expires',
  invariant: 'I-22',
  cached: true,
  defect: {
    name: 'deletion-not-waited-for',
    cache: {
      connector: aroundConnections((real) => ({
        delete: (keys) => {
          real.delete(keys).catch(() => undefined);
          return Promise.resolve();
        },
      })),
    },
  },
  // Often, and each time for so short that what is lost is a command or two and not the connection.
  faults: (random) =>
    Array.from({ length: 40 }, (_, turn) => 60 + 2.5 * turn + random.between(0, 1)).flatMap((from) =>
      SHARDS.map((shard) => ({
        tier: 'cache' as const,
        id: 'F-07' as const,
        processes: [0, 1, 2],
        shard,
        way: 'requests' as const,
        ...span(from, from + 0.4),
      })),
    ),
};

export const replyOfBefore: Exhibit = {
  name: 'reply-of-before',
  incident: 'ChatGPT, March 2023: a connection with an unread reply went back to the pool, and others got it',
  invariant: 'I-26',
  cached: true,
  defect: { name: 'reply-of-before', cache: { connector: pooling } },
  faults: (random) =>
    SHARDS.map((shard) => ({
      tier: 'cache' as const,
      id: 'F-03' as const,
      shard,
      ms: random.between(120, 250),
      ...span(60 + random.between(0, 20), 150),
    })),
};

/** Keeps a connection whose command had no answer in time, and takes the next answer for the next command's. */
function pooling(real: CacheConnector): CacheConnector {
  const kept = new Map<number, CacheConnection>();
  return {
    connect: async (shard, options) => {
      const pooled = kept.get(shard);
      kept.delete(shard);
      return pooled ?? pooledOf(await real.connect(shard, options), shard, kept);
    },
    close: () => real.close?.(),
  };
}

type Reply = Uint8Array | null;

function pooledOf(real: CacheConnection, shard: number, kept: Map<number, CacheConnection>): CacheConnection {
  let waiting: ((reply: Reply) => void)[] = [];
  const pooled: CacheConnection = changed(real, shard, () => ({
    get: (key) =>
      new Promise<Reply>((resolve, reject) => {
        waiting.push(resolve);
        real.get(key).then((reply) => waiting.shift()?.(reply), reject);
      }),
    destroy: () => {
      waiting = [];
      kept.set(shard, pooled);
    },
  }));
  return pooled;
}

export const everybodyFills: Exhibit = {
  name: 'everybody-fills',
  incident:
    'Facebook, September 2010: every client that missed asked the database, until it was switched off',
  invariant: 'I-21',
  cached: true,
  defect: {
    name: 'everybody-fills',
    cache: {
      connector: aroundConnections((real) => ({
        ask: async (key, mark, ttlMs) => {
          await real.ask(key, mark, ttlMs);
          return null;
        },
      })),
    },
  },
  faults: () => [],
};

export const noTimeLimit: Exhibit = {
  name: 'no-time-limit',
  incident:
    'a frozen server keeps its sockets, and who has no time limit waits with it (measured with Sentinel)',
  invariant: 'I-21',
  cached: true,
  defect: { name: 'no-time-limit', cache: { limits: { commandMs: 30_000 } } },
  faults: (random) =>
    SHARDS.map((shard) => ({
      tier: 'cache' as const,
      id: 'F-02' as const,
      shard,
      ...span(60 + random.between(0, 10), 90),
    })),
};
