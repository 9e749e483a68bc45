/**
 * I-22 over real servers: two processes of an application, shards that die, hang or come back on an old file while
 * keys change, and no read that begins after an acknowledged deletion returns what was cached before it.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OpenCache } from '../../../../runtime/adapters/open-cache.ts';
import type { CacheStatus } from '../../../../runtime/cache/index.ts';
import type { Database } from '../../../../runtime/database.ts';
import { type CacheStage, eventually, keysOf, openCacheStage, staleOn } from './stage.ts';

const KEYS = 60;

let stage: CacheStage;
let caches: OpenCache[];
let database: Database;

beforeAll(async () => {
  stage = await openCacheStage();
  caches = [await stage.open(), await stage.open()];
  database = stage.ledger.database;
  expect(await Promise.all(caches.map((one) => one.ready(20_000)))).toEqual([true, true]);
});
afterAll(() => stage?.close());

async function versionOf(id: string): Promise<number> {
  const { value } = await database.writes.execute((session) =>
    session.query<{ version: number }>('select version from product where id = $1', [id]),
  );
  return value.rows[0]!.version;
}

async function write(id: string, version: number): Promise<void> {
  await database.writes.execute(
    (session) =>
      session.query(
        'insert into product values ($1, $2) on conflict (id) do update set version = excluded.version',
        [id, version],
      ),
    { idempotent: true },
  );
}

function read(from: OpenCache, id: string): Promise<number> {
  return from.cache.getOrLoad(id, () => versionOf(id), { ttlMs: 600_000 });
}

/** Writes and deletes what `how` says, in turn by both processes. What was acknowledged is returned. */
async function change(keys: readonly string[], version: number): Promise<{ failed: number }> {
  let failed = 0;
  await Promise.all(
    keys.map(async (id, n) => {
      const { cache } = caches[n % 2]!;
      if (n % 3 === 0) {
        const { value: pending } = await database.writes.execute(async (session) => {
          await session.query('update product set version = $2 where id = $1', [id, version]);
          return cache.record(session, id);
        });
        await cache.deliver(pending).catch(() => (failed += 1));
        return;
      }
      await write(id, version);
      for (let attempt = 0; attempt < 5; attempt += 1) {
        try {
          await cache.delete(id);
          return;
        } catch {
          await sleep(50);
        }
      }
      failed += 1;
    }),
  );
  return { failed };
}

async function staleReads(keys: readonly string[], version: number): Promise<number> {
  const values = await Promise.all(caches.flatMap((one) => keys.map((id) => read(one, id))));
  return values.filter((value) => value !== version).length;
}

function serves(shard: number): boolean {
  return caches.every((one) => {
    const row = (one.describe() as CacheStatus).shards[shard]!;
    return row.state === 'serving' && row.breaker === 'closed' && row.incarnation !== null;
  });
}

async function cached(keys: readonly string[], version: number): Promise<void> {
  await Promise.all(keys.map((id) => write(id, version)));
  await Promise.all(keys.map((id) => caches[0]!.cache.delete(id)));
  for (let round = 0; round < 2; round += 1) expect(await staleReads(keys, version)).toBe(0);
  await eventually(async () => {
    const values = await caches[1]!.cache.mget(keys);
    if (values.every((value) => value === version)) return true;
    await staleReads(keys, version);
    return false;
  });
}

describe.each([
  ['dies and restarts on its old file', async (shard: number) => stage.servers[shard]!.kill(), 'restart'],
  ['hangs and goes on', async (shard: number) => stage.servers[shard]!.stop(), 'resume'],
] as const)('I-22: a shard that %s', (what, fault, cure) => {
  it('returns nothing old after an acknowledged deletion, and serves again', async () => {
    const shard = 0;
    const [mine, others] = [keysOf(shard, KEYS, what), keysOf(1, 10, what)];
    await cached([...mine, ...others], 1);
    const server = stage.servers[shard]!;
    const loadsBefore = caches.map((one) => (one.describe() as CacheStatus).shards[1]!.failures);

    await fault(shard);
    expect(await change(mine.slice(0, KEYS / 2), 2)).toEqual({ failed: 0 });
    expect(await staleReads(mine.slice(0, KEYS / 2), 2)).toBe(0);
    // Other shards go on serving hits.
    expect(await caches[1]!.cache.mget(others)).toEqual(others.map(() => 1));
    expect(await change(mine.slice(KEYS / 2), 2)).toEqual({ failed: 0 });

    let readsWrong = 0;
    const over = new AbortController();
    const reading = (async () => {
      while (!over.signal.aborted) {
        readsWrong += await staleReads(mine, 2);
        await sleep(5);
      }
    })();
    if (cure === 'restart') await server.startProcess();
    else server.resume();
    // The trap is real: the shard has the old values, and nothing but the quarantine is between them and the readers.
    const trap = await staleOn(stage.stock(shard), mine, 2);
    await eventually(() => serves(shard));
    await sleep(300);
    over.abort();
    await reading;

    expect(trap).toBeGreaterThan(0);
    expect(readsWrong).toBe(0);
    expect(await staleReads(mine, 2)).toBe(0);
    expect(await staleOn(stage.stock(shard), mine, 2)).toBe(0);
    expect(caches.map((one) => (one.describe() as CacheStatus).shards[1]!.failures)).toEqual(loadsBefore);
    await cached(mine, 3);
  });
});

describe('a shard that hangs while keys change all the time', () => {
  it('I-22: round after round, no read is older than an acknowledged deletion', async () => {
    const keys = [...keysOf(0, 10, 'round'), ...keysOf(1, 10, 'round')];
    const acknowledged = new Map(keys.map((id) => [id, 0]));
    await cached(keys, 0);
    const over = new AbortController();
    const wrong: string[] = [];
    let reads = 0;
    const reader = async (from: OpenCache): Promise<void> => {
      for (let n = 0; !over.signal.aborted; n += 1) {
        const id = keys[n % keys.length]!;
        const least = acknowledged.get(id)!;
        const value = await read(from, id);
        reads += 1;
        if (value < least) wrong.push(`${id}: ${value} after ${least} was acknowledged`);
      }
    };
    const writer = async (cache: OpenCache, mine: readonly string[]): Promise<void> => {
      for (let version = 1; !over.signal.aborted; version += 1) {
        for (const id of mine) {
          await write(id, version);
          const isDone = await cache.cache.delete(id).then(
            () => true,
            () => false,
          );
          if (isDone) acknowledged.set(id, version);
        }
        await sleep(20);
      }
    };
    const work = [
      ...caches.flatMap((one) => [reader(one), reader(one)]),
      writer(
        caches[0]!,
        keys.filter((_, n) => n % 2 === 0),
      ),
      writer(
        caches[1]!,
        keys.filter((_, n) => n % 2 === 1),
      ),
    ];
    for (const shard of [0, 1, 0]) {
      stage.servers[shard]!.stop();
      await sleep(1200);
      stage.servers[shard]!.resume();
      await eventually(() => serves(shard));
    }
    over.abort();
    await Promise.all(work);
    expect(wrong).toEqual([]);
    expect(reads).toBeGreaterThan(200);
    for (const id of keys) expect(await read(caches[0]!, id)).toBe(await versionOf(id));
    expect(Math.min(...acknowledged.values())).toBeGreaterThan(1);
  });
});
