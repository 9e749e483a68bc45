/** Two processes' worth of the whole cache over real servers, and a database that says what is true. */

import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { readEntry, shardOf } from '../../../../core/cache/index.ts';
import { formatShards } from '../../../../core/cache/shards-text.ts';
import { openCache, type OpenCache } from '../../../../runtime/adapters/open-cache.ts';
import { CACHE_DEFAULTS, type CacheLimits } from '../../../../runtime/cache/limits.ts';
import { type LedgerStage, openStage } from '../ledger/stage.ts';
import { PASSWORD, RedisServer, USER } from '../redis/server.ts';

export const SHARDS = 2;

/** Shorter than the defaults, in the same proportions, so that a way back takes a second. */
export const LIMITS: Partial<CacheLimits> = {
  commandMs: 150,
  keepMs: 100,
  leases: { ...CACHE_DEFAULTS.leases, leaseMs: 900, renewMs: 250 },
  readmission: { ...CACHE_DEFAULTS.readmission, closedMs: 300 },
};

export interface CacheStage {
  readonly ledger: LedgerStage;
  readonly servers: readonly RedisServer[];
  open(limits?: Partial<CacheLimits>): Promise<OpenCache>;
  /** A plain client of a shard. */
  stock(shard: number): Redis;
  close(): Promise<void>;
}

export async function openCacheStage(shards = SHARDS): Promise<CacheStage> {
  const ledger = await openStage(shards);
  await ledger.sql('create table product (id text primary key, version integer not null)');
  await ledger.openAs('application');
  await ledger.sql('grant select, insert, update on product to application');
  const servers: RedisServer[] = [];
  for (let shard = 0; shard < shards; shard += 1) {
    servers.push(await RedisServer.start(shard, { appendOnly: true, appendFsync: 'always' }));
  }
  const opened: OpenCache[] = [];
  const clients: Redis[] = [];
  return {
    ledger,
    servers,
    open: async (limits = LIMITS) => {
      const cache = openCache({
        database: await ledger.openAs('application'),
        shards: formatShards(servers.map(({ endpoint }) => endpoint)),
        user: USER,
        region: 'eu-central-1',
        access: {
          tls: { ca: servers.map(({ caPem }) => caPem) },
          login: { user: USER, password: () => Promise.resolve(PASSWORD) },
        },
        limits,
        // What a busy machine takes for its loads is not what is tested.
        budget: { waitMs: 10_000 },
      });
      opened.push(cache);
      return cache;
    },
    stock: (shard) => {
      const { port, caPem } = servers[shard]!;
      const tls = { ca: caPem };
      const client = new Redis({ host: 'localhost', port, tls, username: 'root', password: 'root' });
      client.on('error', () => {});
      clients.push(client);
      return client;
    },
    close: async () => {
      for (const client of clients) client.disconnect();
      await Promise.all(opened.map((one) => one.close()));
      await Promise.all(servers.map((server) => server.close()));
      await ledger.close();
    },
  };
}

/** Keys of one shard, from nobody's tenant. */
export function keysOf(shard: number, count: number, prefix: string): string[] {
  const keys: string[] = [];
  for (let n = 0; keys.length < count; n += 1) {
    const key = `${prefix}:${n}`;
    if (shardOf(`:${key}`, SHARDS) === shard) keys.push(key);
  }
  return keys;
}

/** How many of the keys the shard itself still holds a value of that is not this version. */
export async function staleOn(client: Redis, keys: readonly string[], version: number): Promise<number> {
  const values = await client.mgetBuffer(keys.map((key) => `:${key}`));
  return values.filter((value) => {
    const entry = value && readEntry(value);
    return entry?.kind === 'value' && Buffer.from(entry.body).toString() !== `J${version}`;
  }).length;
}

export async function eventually(holds: () => boolean | Promise<boolean>, ms = 10_000): Promise<void> {
  const until = performance.now() + ms;
  while (!(await holds())) {
    if (performance.now() > until) throw new Error(`not so within ${ms} ms`);
    await sleep(20);
  }
}
