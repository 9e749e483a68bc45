import { SignJWT } from 'jose';
import { afterEach, describe, expect, it } from 'vitest';
import { TokenVerifier } from '../../../examples/shop/identity.ts';
import { serve, type ShopServer } from '../../../examples/shop/server.ts';
import { Slots } from '../../../examples/shop/slots.ts';
import type { Store } from '../../../examples/shop/store.ts';
import { openShopThrottle } from '../../../examples/shop/throttle.ts';
import { shopOf } from './shop-of.ts';

const KEY = new Uint8Array(32).fill(7);
const CATALOGUE: Partial<Store> = {
  product: async (id) =>
    id === 404 ? null : { id, name: `Product ${id}`, priceCents: 100 + id, servedBy: 'memory' },
  status: () => ({ store: 'memory' }),
};
const LIMITS = { application: 'shop', region: 'us-east-1', capacityPerS: 100 };

let server: ShopServer | undefined;
afterEach(() => server?.close());

interface Opening {
  readonly workMs?: number;
  /** Of each caller, a second. Without it there is no throttle. */
  readonly callerPerS?: number;
}

async function open({ workMs = 1, callerPerS }: Opening = {}): Promise<string> {
  const verifier = new TokenVerifier(KEY);
  const config = { slots: 2, workMs };
  const throttle = callerPerS === undefined ? null : openShopThrottle({ ...LIMITS, callerPerS }, verifier);
  const guarded = throttle ? { guard: throttle.guard, describeGuard: throttle.describe } : {};
  const shop = shopOf(CATALOGUE as Store, { verifier, config, ...guarded });
  server = await serve(shop, { host: '127.0.0.1', port: 0 });
  return `http://127.0.0.1:${server.port}`;
}

async function get(url: string, token?: string): Promise<{ status: number; body: any; headers: Headers }> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const response = await fetch(url, { headers });
  return { status: response.status, body: await response.json(), headers: response.headers };
}

const tokenOf = (caller: string, key = KEY): Promise<string> =>
  new SignJWT({ client_id: caller })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject('ann')
    .setExpirationTime('1h')
    .sign(key);

describe.each([
  ['behind the throttle', { callerPerS: 100 }],
  ['without a throttle', {}],
])('a quote %s', (_, opening) => {
  it('is made for anybody, of a product that there is', async () => {
    const base = await open(opening);
    expect(await get(`${base}/quotes/7`, await tokenOf('partner'))).toMatchObject({
      status: 200,
      body: { productId: 7, name: 'Product 7', priceCents: 107 },
    });
    expect((await get(`${base}/quotes/7`)).status).toBe(200);
    expect((await get(`${base}/quotes/404`)).status).toBe(404);
    expect((await get(`${base}/quotes/seven`)).body).toMatchObject({ code: 'invalid-input' });
  });

  it('is not made with a token that does not verify, and says why', async () => {
    const base = await open(opening);
    const forged = await get(`${base}/quotes/7`, await tokenOf('partner', new Uint8Array(32)));
    expect(forged).toMatchObject({
      status: 401,
      body: {
        code: 'invalid-token',
        advice: 'give-up',
        message: 'The token is refused: the signature is not right.',
      },
    });
    expect(forged.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"');
  });
});

describe('behind the throttle', () => {
  it('I-24: a caller over its limit is refused with a reason, and nobody else is', async () => {
    const base = await open({ callerPerS: 1 });
    const [greedy, modest] = [await tokenOf('greedy'), await tokenOf('modest')];
    const answers = [];
    for (let i = 0; i < 5; i += 1) answers.push(await get(`${base}/quotes/7`, greedy));
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThanOrEqual(2);
    expect(refused[0]!.body).toMatchObject({ error: 'caller-limit' });
    expect(Number(refused[0]!.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await get(`${base}/quotes/7`, modest)).status).toBe(200);
  });

  it('SEC-17: whoever forges callers shares the limit of anonymous', async () => {
    const base = await open({ callerPerS: 1 });
    const statuses = [];
    for (let i = 0; i < 5; i += 1) {
      const forged = await tokenOf(`forged-${i}`, new Uint8Array(32));
      statuses.push((await get(`${base}/quotes/7`, forged)).status);
    }
    expect(statuses).toContain(401);
    expect(statuses.filter((status) => status === 429).length).toBeGreaterThanOrEqual(2);
  });

  it('guards the quotes alone', async () => {
    const base = await open({ callerPerS: 1 });
    for (let i = 0; i < 5; i += 1) {
      const { status, headers } = await get(`${base}/products/7`);
      expect(status).toBe(200);
      expect(headers.has('ratelimit')).toBe(false);
    }
  });
});

it('the status page shows slots, throttle, process, and what the store says', async () => {
  const base = await open({ callerPerS: 100 });
  await get(`${base}/quotes/7`);
  expect((await get(`${base}/status`)).body).toMatchObject({
    store: 'memory',
    quotes: { arrived: 1, slots: 2, busy: 0, waiting: 0, done: 1 },
    throttle: { throttle: { gate: { inFlight: 0 } }, lease: null },
    process: { pid: process.pid, rssMb: expect.any(Number) },
  });
});

describe('slots', () => {
  it('serve first who came first, so many at one time', async () => {
    const slots = new Slots(2);
    const order: number[] = [];
    const all = [0, 1, 2, 3, 4].map((i) => slots.hold(5).then(() => order.push(i)));
    expect(slots.describe()).toEqual({ slots: 2, busy: 2, waiting: 3, done: 0 });
    await Promise.all(all);
    expect(order).toEqual([0, 1, 2, 3, 4]);
    expect(slots.describe()).toEqual({ slots: 2, busy: 0, waiting: 0, done: 5 });
  });

  it('bound what can be done in a time, whoever waits', async () => {
    const slots = new Slots(3);
    const from = performance.now();
    await Promise.all(Array.from({ length: 12 }, () => slots.hold(20)));
    expect(performance.now() - from).toBeGreaterThanOrEqual(4 * 19);
  });

  it('are free again after everybody has been served', async () => {
    const slots = new Slots(1);
    await Promise.all([slots.hold(1), slots.hold(1)]);
    await slots.hold(1);
    expect(slots.describe()).toEqual({ slots: 1, busy: 0, waiting: 0, done: 3 });
  });
});
