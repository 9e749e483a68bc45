/** The front over real servers and a real database: what its entry wires, less the login by IAM. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FrontAnswer } from '../../../core/cache/front.ts';
import { createHandler, type FrontHandler, type OpenedFront } from '../../../lambdas/cache-front/handler.ts';
import { ledgerConnections, postgresLedger } from '../../../runtime/adapters/postgres-ledger.ts';
import type { OpenCache } from '../../../runtime/adapters/open-cache.ts';
import { RedisConnector } from '../../../runtime/adapters/redis-connector.ts';
import { systemClock } from '../../../runtime/adapters/system.ts';
import { Growth } from '../../../runtime/cache/index.ts';
import {
  type CacheStage,
  eventually,
  keysOf,
  openCacheStage,
  SHARDS,
} from '../../runtime/adapters/cache/stage.ts';
import { PASSWORD, USER } from '../../runtime/adapters/redis/server.ts';
import { SILENT } from '../fakes/process.ts';

const TTL = { ttlMs: 60_000 };

let stage: CacheStage;
let application: OpenCache;
let front: FrontHandler;
let closeConnections: () => Promise<void>;

beforeAll(async () => {
  stage = await openCacheStage();
  application = await stage.open();
  expect(await application.ready(10_000)).toBe(true);
  const opened = await stage.open();
  const connections = ledgerConnections(await stage.ledger.openAs('application'));
  closeConnections = () => connections.close();
  const { ring, epochs } = postgresLedger('main', connections);
  const shards = stage.servers.map(({ endpoint }) => endpoint);
  const tls = { ca: stage.servers.map(({ caPem }) => caPem) };
  const login = { user: USER, password: () => Promise.resolve(PASSWORD) };
  const growth = new Growth(
    { ring, connector: new RedisConnector({ shards, tls, login }), clock: systemClock },
    SHARDS,
  );
  const open = (): OpenedFront => ({
    openCache: () => opened,
    copies: {
      main: {
        rows: async () => (await ring.growth()).rows,
        close: (shard, epoch) => epochs.close(shard, epoch),
        growth: (request) => growth.answer(request),
      },
    },
  });
  front = createHandler({ open, clock: systemClock, log: SILENT });
}, 120_000);

afterAll(async () => {
  await closeConnections?.();
  await stage?.close();
});

async function call<Op extends FrontAnswer['op']>(
  request: { readonly op: Op; readonly [field: string]: unknown },
  timeoutMs = 12_000,
) {
  const endsAt = performance.now() + timeoutMs;
  const invocation = { requestId: 'r', functionArn: '', remainingMs: () => endsAt - performance.now() };
  const answer = await front(JSON.parse(JSON.stringify(request)), invocation);
  expect(answer, JSON.stringify(answer)).toMatchObject({ op: request.op });
  return answer as Extract<FrontAnswer, { op: Op }>;
}

describe('cache-front, over real shards and a real ledger', () => {
  it('shares what it stores with the applications, on every shard', async () => {
    for (let shard = 0; shard < SHARDS; shard += 1) {
      const [key] = keysOf(shard, 1, 'shared');
      expect((await call({ op: 'set', key, value: { json: shard }, ...TTL })).stored).toBe(true);
      expect(await application.cache.get(key!)).toBe(shard);
      await application.cache.delete(key!);
      expect(await call({ op: 'get', key })).toEqual({ op: 'get' });
    }
  }, 60_000);

  it('I-22: a loader behind it stores under its fill, and not after an invalidation', async () => {
    const [key, other] = keysOf(0, 2, 'lent');
    const lent = await call({ op: 'ask', key });
    expect(lent).toMatchObject({ found: 'nothing', fill: expect.any(String) });
    const { fill } = lent as { fill: string };
    expect((await call({ op: 'store', key, fill, value: { json: 'loaded' }, ...TTL })).stored).toBe(true);
    expect(await application.cache.get(key!)).toBe('loaded');
    const late = (await call({ op: 'ask', key: other })) as { fill: string };
    await application.cache.delete(other!);
    const old = { json: 'old' };
    expect((await call({ op: 'store', key: other, fill: late.fill, value: old, ...TTL })).stored).toBe(false);
    expect(await application.cache.get(other!)).toBeUndefined();
  }, 60_000);

  it('I-21: a quarantine ends the hits of the applications at once, and the shard comes back by itself', async () => {
    const [key] = keysOf(1, 1, 'held');
    await application.cache.set(key!, 'held', TTL);
    const { rows } = await call({ op: 'rows', cache: 'main' });
    expect(rows.map(({ shard, state }) => `${shard} ${state}`)).toEqual(['0 serving', '1 serving']);
    const { epoch } = rows[1]!;
    const { row } = await call({ op: 'quarantine', cache: 'main', shard: 1, epoch });
    expect(row).toMatchObject({ shard: 1, epoch: epoch + 1, state: 'closing' });
    await eventually(async () => (await application.cache.get(key!)) === undefined, 2000);
    expect((await call({ op: 'readmit', cache: 'main', shard: 1 })).row.state).toBe('serving');
    await eventually(async () => (await application.cache.get(key!)) === 'held');
  }, 60_000);

  it('I-21: a shard that died: readmission waits for it, and what it holds comes back only when it is right', async () => {
    const [key] = keysOf(0, 1, 'died');
    await application.cache.set(key!, 'old', TTL);
    await stage.servers[0]!.kill();
    await application.cache.delete(key!);
    expect((await call({ op: 'readmit', cache: 'main', shard: 0 }, 3000)).row.state).not.toBe('serving');
    await stage.servers[0]!.startProcess();
    expect((await call({ op: 'readmit', cache: 'main', shard: 0 })).row.state).toBe('serving');
    expect(await call({ op: 'get', key })).toEqual({ op: 'get' });
    expect(await application.cache.get(key!)).toBeUndefined();
  }, 60_000);

  it('tells an operator where the ring stands', async () => {
    const { answer } = await call({ op: 'growth', cache: 'main', ask: { do: 'look' } });
    expect(answer).toMatchObject({ do: 'look', knows: SHARDS, ring: { shards: SHARDS, target: null } });
  }, 60_000);
});
