/** The shop's HTTP contract over any store. */

import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { UnderstudyError } from '../../runtime/index.ts';
import type { Catalog } from './catalog.ts';
import { type Checked, checkAfter, checkOrder, checkOrderId, checkPrice, checkProductId } from './input.ts';
import type { Quotes } from './quotes.ts';
import type { Store } from './store.ts';

export interface ShopServer {
  readonly port: number;
  /** Refuses new connections, answers what is under way, within a bound. */
  close(): Promise<void>;
}

interface Reply {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

const BODY_BYTES_MAX = 16 * 1024;
const CLOSE_MS_MAX = 4500;
const RETRY_AFTER_S = 1;
/** Longer than any load balancer keeps an idle connection (60 s): else a request meets a socket that is just closing. */
const KEEP_ALIVE_MS = 65_000;

/** What the routes are made of. */
export interface Shop {
  readonly store: Store;
  readonly quotes: Quotes;
  readonly catalog: Catalog;
}

export async function serve(shop: Shop, address: { host: string; port: number }): Promise<ShopServer> {
  const server = http.createServer((request, response) => {
    void answer(shop, request, response).then((reply) => send(response, reply, server.listening));
  });
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(address.port, address.host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () => closeServer(server),
  };
}

function closeServer(server: http.Server): Promise<void> {
  return new Promise((resolve) => {
    const force = setTimeout(() => server.closeAllConnections(), CLOSE_MS_MAX);
    server.close(() => {
      clearTimeout(force);
      resolve();
    });
    server.closeIdleConnections();
  });
}

function send(response: http.ServerResponse, reply: Reply, open: boolean): void {
  const body = JSON.stringify(reply.body);
  response.writeHead(reply.status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    ...(open ? {} : { connection: 'close' }),
    ...reply.headers,
  });
  response.end(body);
}

async function answer(
  shop: Shop,
  request: http.IncomingMessage,
  response: http.ServerResponse,
): Promise<Reply> {
  try {
    return await route(shop, request, response);
  } catch (error) {
    return failure(error);
  }
}

async function route(
  { store, quotes, catalog }: Shop,
  request: http.IncomingMessage,
  response: http.ServerResponse,
): Promise<Reply> {
  const url = new URL(request.url ?? '/', 'http://shop');
  const [, collection = '', id = '', ...rest] = url.pathname.split('/');
  const name = rest.length > 0 ? 'unknown' : `${request.method} /${collection}${id === '' ? '' : '/<id>'}`;
  switch (name) {
    case 'GET /health':
      return { status: 200, body: { status: 'ok' } };
    case 'GET /status':
      return { status: 200, body: { ...store.status(), ...quotes.describe(), ...catalogStatus(catalog) } };
    case 'GET /fills':
      return { status: 200, body: fillsOf(catalog) };
    case 'GET /catalog/<id>':
      return checked(checkProductId(id), async (product) => {
        const answer = await catalog.product(product);
        return { ...found(answer.product, 'product', id), headers: { 'x-cache': answer.from } };
      });
    case 'PUT /catalog/<id>':
      return checked(checkProductId(id), async (product) =>
        checked(checkPrice(await readBody(request)), async (priceCents) => {
          const version = await catalog.setPrice(product, priceCents);
          return found(version === null ? null : { id: product, version }, 'product', id);
        }),
      );
    case 'GET /quotes/<id>':
      await quotes.admit(request, response);
      return quote(quotes, request, id);
    case 'GET /products/<id>':
      return checked(checkProductId(id), async (product) =>
        found(await store.product(product), 'product', id),
      );
    case 'GET /orders/<id>':
      return checked(checkOrderId(id), (order) =>
        checked(checkAfter(url.searchParams.get('after')), async (after) =>
          found(await store.order(order, after), 'order', id),
        ),
      );
    case 'POST /orders':
      return checked(checkOrder(await readBody(request)), async (order) => ({
        status: 201,
        body: { id: order.id, position: await store.placeOrder(order) },
      }));
    default:
      return {
        status: 404,
        body: { code: 'no-such-route', message: `${request.method} ${url.pathname} is not served` },
      };
  }
}

/** Behind the throttle: a token that does not verify has been counted by then. */
async function quote(quotes: Quotes, request: http.IncomingMessage, id: string): Promise<Reply> {
  const complaint = await quotes.complaint(request);
  if (complaint !== null) {
    const body = { code: 'invalid-token', advice: 'give-up', message: `The token is refused: ${complaint}.` };
    return { status: 401, body, headers: { 'www-authenticate': 'Bearer error="invalid_token"' } };
  }
  return checked(checkProductId(id), async (product) => found(await quotes.quote(product), 'product', id));
}

function catalogStatus(catalog: Catalog): object {
  const rssMb = Math.round(process.memoryUsage.rss() / 2 ** 20);
  return { cache: catalog.describe().cache, process: { pid: process.pid, rssMb } };
}

function fillsOf(catalog: Catalog): object {
  const { fills, limits } = catalog.describe();
  return { ...fills, limits };
}

function checked<T>(input: Checked<T>, use: (value: T) => Promise<Reply>): Promise<Reply> {
  if (input.ok) return use(input.value);
  const message = input.faults.map((fault) => `${fault.field}: ${fault.rule}. Fix: ${fault.fix}.`).join(' ');
  return Promise.resolve({
    status: 400,
    body: { code: 'invalid-input', advice: 'give-up', message, faults: input.faults },
  });
}

function found(value: object | null, what: string, id: string): Reply {
  if (value) return { status: 200, body: value };
  return {
    status: 404,
    body: { code: 'not-found', advice: 'give-up', message: `there is no ${what} ${id}` },
  };
}

function failure(error: unknown): Reply {
  const { code, advice } = describe(error);
  const message = error instanceof Error ? error.message : String(error);
  const retryAfter = retryAfterS(error);
  return { status: 503, body: { code, advice, message }, headers: { 'retry-after': String(retryAfter) } };
}

/** An error may say when to come again; the header has whole seconds. */
function retryAfterS(error: unknown): number {
  const { retryAfterMs } = (error ?? {}) as { retryAfterMs?: unknown };
  return typeof retryAfterMs === 'number' ? Math.max(1, Math.ceil(retryAfterMs / 1000)) : RETRY_AFTER_S;
}

function describe(error: unknown): { code: string; advice: string } {
  if (error instanceof UnderstudyError) return { code: error.code, advice: error.advice };
  const code = (error as { code?: unknown } | null)?.code;
  return { code: typeof code === 'string' ? code : 'failed', advice: 'check' };
}

async function readBody(request: http.IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length;
    if (bytes > BODY_BYTES_MAX) return '';
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}
