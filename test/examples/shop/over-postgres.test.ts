/** The shop and its control over real PostgreSQL: the same contract, and the difference when a member dies. */

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PlainStore } from '../../../examples/shop/control.ts';
import { PoolStore } from '../../../examples/shop/pool-store.ts';
import { serve, type ShopServer } from '../../../examples/shop/server.ts';
import type { Store } from '../../../examples/shop/store.ts';
import { shopOf } from './shop-of.ts';
import { PostgresCluster } from '../../runtime/postgres/cluster.ts';
import { Load, sleep } from '../../runtime/postgres/load.ts';
import { openPlain } from '../../runtime/postgres/open.ts';

let cluster: PostgresCluster;
const running: { store: Store; server: ShopServer }[] = [];

async function start(store: Store): Promise<string> {
  await store.prepare();
  const server = await serve(shopOf(store), { host: '127.0.0.1', port: 0 });
  running.push({ store, server });
  return `http://127.0.0.1:${server.port}`;
}

function plainStore(): PlainStore {
  const pool = (id: string) => ({
    host: cluster.node(id).host,
    port: cluster.port,
    user: 'postgres',
    database: 'postgres',
    max: 10,
  });
  return new PlainStore({ user: 'shop', writer: pool('w'), reader: pool('r1') });
}

async function call(
  url: string,
  init?: RequestInit,
): Promise<{ status: number; body: any; headers: Headers }> {
  const response = await fetch(url, init);
  return { status: response.status, body: await response.json(), headers: response.headers };
}

const place = (base: string, body: unknown) =>
  call(`${base}/orders`, { method: 'POST', body: JSON.stringify(body) });

beforeAll(async () => {
  cluster = await PostgresCluster.start(['w', 'r1', 'r2']);
});
afterAll(async () => {
  for (const { server, store } of running) {
    await server.close();
    await store.close();
  }
  cluster.close();
});

describe.each([
  ['the shop', () => new PoolStore(openPlain(cluster), 'shop')],
  ['its control', () => plainStore()],
])('%s', (name, make) => {
  let base: string;
  beforeAll(async () => {
    base = await start(make());
    // The plain shop promises nothing about reading its own writes: let the replica catch up.
    await sleep(300);
  });

  it('serves products and says who answered', async () => {
    expect((await call(`${base}/health`)).status).toBe(200);
    const { status, body } = await call(`${base}/products/7`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ id: 7, name: 'Product 7', priceCents: 359 });
    expect(body.servedBy).toEqual(expect.any(String));
    expect((await call(`${base}/products/1001`)).status).toBe(404);
  });

  it('takes an order once, however often it is sent', async () => {
    const order = { id: randomUUID(), productId: 3, quantity: 2 };
    const first = await place(base, order);
    expect(first).toMatchObject({ status: 201, body: { id: order.id, position: expect.any(String) } });
    expect((await place(base, order)).status).toBe(201);
    const rows = await cluster.sql('w', `select 1 from shop.orders where id = '${order.id}'`);
    expect(rows).toHaveLength(1);
    if (name === 'its control') await sleep(300);
    const read = await call(`${base}/orders/${order.id}?after=${first.body.position}`);
    expect(read).toMatchObject({ status: 200, body: order });
  });

  it('fails bad input with 400 and an unknown route with 404', async () => {
    const bad = await place(base, { id: 'x', productId: 1, quantity: 1 });
    expect(bad).toMatchObject({
      status: 400,
      body: { code: 'invalid-input', faults: [{ field: 'id', value: 'x' }] },
    });
    expect((await call(`${base}/products/abc`)).status).toBe(400);
    expect((await call(`${base}/orders/${randomUUID()}?after=x`)).status).toBe(400);
    expect((await call(`${base}/nothing`)).status).toBe(404);
  });

  it('may be prepared again without changing anything', async () => {
    const again = make();
    await again.prepare();
    await again.close();
    expect(await cluster.sql('w', 'select 1 from shop.products')).toHaveLength(1000);
  });
});

describe('when a reader dies', () => {
  it('the shop fails no read and the control does', async () => {
    const shop = `http://127.0.0.1:${running[0]!.server.port}`;
    const control = `http://127.0.0.1:${running[1]!.server.port}`;
    const get = (base: string) => async () => {
      const { status, body } = await call(`${base}/products/${1 + Math.floor(Math.random() * 1000)}`);
      if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)}`);
    };
    const loads = [new Load(100, get(shop)), new Load(100, get(control))] as const;
    await sleep(1500);
    cluster.kill('r1');
    await sleep(2000);
    await Promise.all(loads.map((load) => load.stop()));
    const [ours, plain] = loads.map((load) => load.samples.filter((sample) => !sample.ok));
    expect(ours!.map((sample) => String(sample.error))).toEqual([]);
    expect(plain!.length).toBeGreaterThan(10);
  });

  it('an order while the writer is away answers 503 with code, advice and Retry-After', async () => {
    const shop = `http://127.0.0.1:${running[0]!.server.port}`;
    cluster.kill('w');
    const { status, body, headers } = await place(shop, { id: randomUUID(), productId: 1, quantity: 1 });
    expect(status).toBe(503);
    expect(body).toMatchObject({ code: 'no-writer', advice: 'retry' });
    expect(headers.get('retry-after')).toBe('1');
    expect((await call(`${shop}/status`)).body.writes.writer.kind).toBe('doubted');
  });
});
