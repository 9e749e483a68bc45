/** The shop's HTTP contract over any store. */

import type http from 'node:http';
import { UnderstudyError } from '../../runtime/index.ts';
import { type HttpServer, listen, readBody, type Reply as HttpReply } from '../shared/http-server.ts';
import { inRequest, RequestContext } from '../shared/request-context.ts';
import { type Task, VERSION_HEADER, versionOf } from '../shared/task.ts';
import { isTraced, TRACE_HEADER, type TraceLog, writeTrace } from '../shared/trace.ts';
import type { Catalog } from './catalog.ts';
import { type Checked, checkAfter, checkOrder, checkOrderId, checkPrice, checkProductId } from './input.ts';
import type { Quotes } from './quotes.ts';
import type { Store } from './store.ts';

export type ShopServer = HttpServer;

interface Reply {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

const BODY_BYTES_MAX = 16 * 1024;
const RETRY_AFTER_S = 1;
/** Any number: what is over is over. */
const ANY_MS = Number.MAX_SAFE_INTEGER;

/** What the routes are made of. */
export interface Shop {
  readonly store: Store;
  readonly quotes: Quotes;
  readonly catalog: Catalog;
  /** What runs here, which every answer names. @default - answers name nothing */
  readonly task?: Task;
  /** Which requests leave a JSON line on stdout. @default 'none' */
  readonly traces?: TraceLog;
}

export interface ShopAddress {
  readonly host: string;
  readonly port: number;
  readonly drainMs?: number;
}

export function serve(shop: Shop, address: ShopAddress): Promise<ShopServer> {
  return listen((request, response) => answer(shop, request, response), address);
}

async function answer(
  shop: Shop,
  request: http.IncomingMessage,
  response: http.ServerResponse,
): Promise<HttpReply> {
  const startedAt = performance.now();
  const context = new RequestContext(request.headers);
  const reply = await inRequest(context, () => timely(shop, request, response, context));
  const { task, traces } = shop;
  if (task && isTraced(traces, request.headers[TRACE_HEADER] as string | undefined)) {
    writeTrace({
      trace: context.trace,
      tier: task.tier,
      task: task.id,
      version: task.version,
      method: request.method ?? '',
      path: request.url ?? '',
      status: reply.status,
      ms: performance.now() - startedAt,
      seams: context.seams,
    });
  }
  return {
    status: reply.status,
    body: JSON.stringify(reply.body),
    headers: { ...reply.headers, ...(task && { [VERSION_HEADER]: versionOf(task) }) },
  };
}

/** Refused before any work where nobody waits for the answer any more. */
async function timely(
  shop: Shop,
  request: http.IncomingMessage,
  response: http.ServerResponse,
  context: RequestContext,
): Promise<Reply> {
  try {
    if (context.leftMs(ANY_MS) > 0) return await route(shop, request, response);
    const message = 'the time of the request was over before it came';
    throw new UnderstudyError(message, { code: 'deadline-exceeded', advice: 'retry' });
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
        checked(checkPrice(await textOf(request)), async (priceCents) => {
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
      return checked(checkOrder(await textOf(request)), async (order) => ({
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

/** Empty where it is too large: then it is no JSON either. */
async function textOf(request: http.IncomingMessage): Promise<string> {
  return (await readBody(request, BODY_BYTES_MAX))?.toString('utf8') ?? '';
}
