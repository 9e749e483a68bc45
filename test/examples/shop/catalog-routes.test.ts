import { afterEach, expect, it } from 'vitest';
import { type Catalog, DirectCatalog } from '../../../examples/shop/catalog.ts';
import { readConfig } from '../../../examples/shop/config.ts';
import { serve, type ShopServer } from '../../../examples/shop/server.ts';
import type { Store } from '../../../examples/shop/store.ts';
import { CacheError } from '../../../runtime/index.ts';
import { MemoryCatalogStore, shopOf } from './shop-of.ts';

const STORE = { status: () => ({}) } as unknown as Store;
let server: ShopServer;
afterEach(() => server.close());

async function ask(path: string, init: RequestInit = {}, catalog?: Catalog): Promise<Response> {
  server = await serve(shopOf(STORE, {}, catalog), { host: '127.0.0.1', port: 0 });
  return fetch(`http://127.0.0.1:${server.port}${path}`, init);
}

function put(body: string): RequestInit {
  return { method: 'PUT', body, headers: { 'content-type': 'application/json' } };
}

it('GET says where the answer came from', async () => {
  const response = await ask('/catalog/1');
  expect(response.status).toBe(200);
  expect(response.headers.get('x-cache')).toBe('miss');
  expect(await response.json()).toEqual({ id: 1, name: 'Product 1', priceCents: 100, version: 1 });
});

it('PUT answers the version that was committed', async () => {
  const response = await ask('/catalog/1', put('{"priceCents": 250}'));
  expect([response.status, await response.json()]).toEqual([200, { id: 1, version: 2 }]);
});

it('a product that is not there is not found, to be read or to be written', async () => {
  expect((await ask('/catalog/9')).status).toBe(404);
  await server.close();
  expect((await ask('/catalog/9', put('{"priceCents": 250}'))).status).toBe(404);
});

it.each(['', 'no json', '[]', '{}', '{"priceCents": 0}', '{"priceCents": 1.5}', '{"priceCents": 1, "x": 1}'])(
  'fails on the body %j, and says what to send',
  async (body) => {
    const response = await ask('/catalog/1', put(body));
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      code: 'invalid-input',
      message: expect.stringMatching(/Fix: /),
    });
  },
);

it('what the read budget has no room for is told apart from a failure, with the time to come again', async () => {
  const spent = new DirectCatalog(new MemoryCatalogStore());
  spent.product = () => Promise.reject(new CacheError('read-budget-spent', 'later', { retryAfterMs: 2300 }));
  const response = await ask('/catalog/1', {}, spent);
  expect(response.status).toBe(503);
  expect(response.headers.get('retry-after')).toBe('3');
  expect(await response.json()).toMatchObject({ code: 'read-budget-spent', advice: 'retry' });
});

it('GET /fills tells the trace and the limits', async () => {
  expect(await (await ask('/fills')).json()).toEqual({
    loads: 0,
    underWay: 0,
    inFlightMaxOfOneKey: 0,
    perSecond: {},
    limits: { loadsPerS: null, commandMs: null },
  });
});

it('the variables of the cache are those of the stack’s outputs, and need the environment for the user', async () => {
  server = await serve(shopOf(STORE), { host: '127.0.0.1', port: 0 });
  const base = {
    AWS_REGION: 'us-east-1',
    DATABASE_ENDPOINT: 'a',
    DATABASE_READER_ENDPOINT: 'b',
    DATABASE_NAME: 'c',
    DATABASE_USER: 'my_shop',
  };
  expect(readConfig(base).cache).toEqual({ user: null, ttlMs: 600_000, loadsPerS: 300 });
  const shards = {
    UNDERSTUDY_CACHE_SHARDS: 'demo-cache-0=h:1',
    UNDERSTUDY_CACHE_GUTTER: 'demo-gutter-0=g:1',
  };
  expect(
    readConfig({ ...base, ...shards, UNDERSTUDY_ENV: 'demo', SHOP_CACHE_LOADS_PER_S: '20' }).cache,
  ).toEqual({
    shards: 'demo-cache-0=h:1',
    gutter: 'demo-gutter-0=g:1',
    user: 'demo-my-shop',
    ttlMs: 600_000,
    loadsPerS: 20,
  });
  expect(() => readConfig({ ...base, ...shards })).toThrow(/UNDERSTUDY_ENV is not set/);
  expect(() => readConfig({ ...base, SHOP_CACHE_TTL_MS: '0' })).toThrow(/SHOP_CACHE_TTL_MS = "0"/);
});
