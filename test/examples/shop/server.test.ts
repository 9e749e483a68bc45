import { afterEach, expect, it } from 'vitest';
import { serve, type ShopServer } from '../../../examples/shop/server.ts';
import { shopOf } from './shop-of.ts';
import type { Store } from '../../../examples/shop/store.ts';

let server: ShopServer | undefined;

afterEach(() => server?.close());

it('keeps an idle connection longer than a load balancer does: a request must not meet a socket that closes', async () => {
  server = await serve(shopOf({} as Store), { host: '127.0.0.1', port: 0 });
  const response = await fetch(`http://127.0.0.1:${server.port}/health`, {
    headers: { connection: 'keep-alive' },
  });
  expect(response.status).toBe(200);
  const seconds = Number(/timeout=(\d+)/.exec(response.headers.get('keep-alive') ?? '')?.[1]);
  expect(seconds).toBeGreaterThan(60);
});
