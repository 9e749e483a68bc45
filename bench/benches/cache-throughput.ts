/** Hits through the cache against a bare ioredis client, over TLS to one real server in one run. */

import { Redis } from 'ioredis';
import type { OpenCache } from '../../runtime/adapters/open-cache.ts';
import { openCacheStage } from '../../test/runtime/adapters/cache/stage.ts';
import { PASSWORD, type RedisServer, USER } from '../../test/runtime/adapters/redis/server.ts';
import { type Bench, type BenchRow, median, row } from '../types.ts';

const IN_FLIGHT = 64;
const VALUE = new Uint8Array(100).fill(120);
const KEYS = Array.from({ length: 1000 }, (_, n) => `product:${n}`);
const READS_A_ROUND = 6400;
const ROUNDS_MIN = 3;
const READY_MS = 20_000;
/** A pause of the machine is no miss here. */
const COMMAND_MS = 5000;

type Read = (key: string) => Promise<unknown>;

export const cacheThroughput: Bench = {
  name: 'cache-throughput',
  run: async ({ seconds, say }) => {
    say('starting a shard and a database');
    const stage = await openCacheStage(1);
    const clients: Redis[] = [];
    try {
      const opened = await stage.open({ commandMs: COMMAND_MS });
      if (!(await opened.ready(READY_MS))) throw new Error('the cache is not ready');
      await fill(opened);
      const open = (enableAutoPipelining: boolean): Redis => {
        const client = bareClient(stage.servers[0]!, enableAutoPipelining);
        clients.push(client);
        return client;
      };
      const [bare, pipelining] = [open(false), open(true)];
      say(`reads, ${IN_FLIGHT} at a time`);
      const rows = await compare(seconds, {
        ours: (key) => opened.cache.get(key),
        others: [
          { name: 'ioredis', read: (key) => bare.getBuffer(`:${key}`) },
          { name: 'ioredis, auto-pipelining', read: (key) => pipelining.getBuffer(`:${key}`) },
        ],
      });
      return { unit: 'reads per second', rows };
    } finally {
      for (const client of clients) client.disconnect();
      await stage.close();
    }
  },
};

function bareClient({ port, caPem }: RedisServer, enableAutoPipelining: boolean): Redis {
  const login = { username: USER, password: PASSWORD };
  return new Redis({ host: 'localhost', port, tls: { ca: caPem }, ...login, enableAutoPipelining });
}

async function fill({ cache }: OpenCache): Promise<void> {
  for (const key of KEYS) await cache.getOrLoad(key, () => Promise.resolve(VALUE), { ttlMs: 3_600_000 });
}

async function compare(
  seconds: number,
  {
    ours,
    others,
  }: { readonly ours: Read; readonly others: readonly { readonly name: string; readonly read: Read }[] },
): Promise<BenchRow[]> {
  const all = [{ name: 'Cache.get', read: ours }, ...others].map((one) => ({
    ...one,
    rates: [] as number[],
  }));
  for (const { read } of all) await readsPerSecond(read);
  const until = performance.now() + seconds * 1000;
  for (let round = 0; round < ROUNDS_MIN || performance.now() < until; round += 1) {
    for (const { read, rates } of all) rates.push(await readsPerSecond(read));
  }
  const [mine, ...theirs] = all.map(({ name, rates }) => ({ name, rate: median(rates) }));
  return theirs.map(({ name, rate }) => row(`${IN_FLIGHT} in flight`, mine!.rate, rate, name));
}

async function readsPerSecond(read: Read): Promise<number> {
  let left = READS_A_ROUND;
  let missing = 0;
  const worker = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const value = (await read(KEYS[left % KEYS.length]!)) as Uint8Array | undefined | null;
      if (!value || value.length < VALUE.length) missing += 1;
    }
  };
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
  if (missing > 0) throw new Error(`${missing} reads were misses: the benchmark does not compare hits`);
  return (READS_A_ROUND * 1000) / (performance.now() - startedAt);
}
