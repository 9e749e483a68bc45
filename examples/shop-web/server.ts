/** The web tier's routes: its own health, and what the service `shop` answers. */

import type http from 'node:http';
import type { OpenStrategy, ServiceAnswer, ServicePool } from '../../runtime/index.ts';
import { UnderstudyError } from '../../runtime/index.ts';
import { type Answer, type HttpServer, listen, readBody, type Reply } from '../shared/http-server.ts';
import { RequestContext } from '../shared/request-context.ts';
import { type Task, VERSION_HEADER, versionOf } from '../shared/task.ts';
import { isTraced, newTrace, rootOf, TRACE_HEADER, type TraceLog, writeTrace } from '../shared/trace.ts';
import { userOf } from './user.ts';

interface Described {
  /** What it says of itself, for people. */
  describe(): unknown;
}

export interface Web {
  readonly pool: Pick<ServicePool, 'request'> & Described;
  readonly strategy: Pick<OpenStrategy, 'assign'> & Described;
  readonly task: Task;
  /** Which requests leave a JSON line on stdout. @default 'none' */
  readonly traces?: TraceLog;
}

/** The strategy that a user was given, for the service to act on. */
export const STRATEGY_HEADER = 'x-understudy-strategy';

const COLLECTIONS: ReadonlySet<string> = new Set(['products', 'orders', 'catalog', 'quotes']);
const BODY_BYTES_MAX = 16 * 1024;
/** The load counts an answer after 5 s as a failure. */
const DEADLINE_MS = 4500;
const RETRY_AFTER = { 'retry-after': '1' } as const;
/** Of one connection, or made anew with the answer. */
const OWN_HEADERS: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'keep-alive',
  'transfer-encoding',
  'x-draining',
  VERSION_HEADER,
]);

export function serve(
  web: Web,
  address: { readonly host: string; readonly port: number; readonly drainMs?: number },
): Promise<HttpServer> {
  return listen(answerOf(web), address);
}

function answerOf(web: Web): Answer {
  return async (request, response) => {
    const startedAt = performance.now();
    request.headers[TRACE_HEADER] ??= newTrace(Date.now());
    const context = new RequestContext(request.headers);
    const reply = await route({ web, request, response, context }).catch((error: unknown) => failure(error));
    if (isTraced(web.traces, String(request.headers[TRACE_HEADER]))) {
      const { tier, id, version } = web.task;
      writeTrace({
        trace: rootOf(String(request.headers[TRACE_HEADER])),
        tier,
        task: id,
        version,
        method: request.method ?? '',
        path: request.url ?? '',
        status: reply.status,
        ms: performance.now() - startedAt,
        seams: context.seams,
      });
    }
    const { [VERSION_HEADER]: behind, ...headers } = reply.headers ?? {};
    const versions = [versionOf(web.task), ...(behind === undefined ? [] : [behind])].join(', ');
    return { ...reply, headers: { ...headers, [VERSION_HEADER]: versions } };
  };
}

interface Routed {
  readonly web: Web;
  readonly request: http.IncomingMessage;
  readonly response: http.ServerResponse;
  readonly context: RequestContext;
}

async function route(routed: Routed): Promise<Reply> {
  const { web, request } = routed;
  const path = request.url ?? '/';
  const [, collection = ''] = path.split(/[/?]/);
  if (path === '/health') return json(200, { status: 'ok' });
  if (path === '/status' && isFromWithin(request)) {
    return json(200, { pool: web.pool.describe(), strategy: web.strategy.describe() });
  }
  if (COLLECTIONS.has(collection)) return forward(routed);
  return json(404, { code: 'no-such-route', advice: 'give-up', message: `${path} is not served` });
}

/**
 * A balancer adds this header to every request, whatever the client sends. The addresses of tasks and the rules, which
 * name users, are for those who stand beside the task, and nobody's outside.
 */
function isFromWithin({ headers }: http.IncomingMessage): boolean {
  return headers['x-forwarded-for'] === undefined;
}

async function forward({ web, request, response, context }: Routed): Promise<Reply> {
  const body = await readBody(request, BODY_BYTES_MAX);
  if (body === null) {
    const message = `a body has at most ${BODY_BYTES_MAX} bytes`;
    return json(413, { code: 'too-large', advice: 'give-up', message });
  }
  const { version, strategy } = web.strategy.assign(userOf(request.headers));
  const key = request.headers['idempotency-key'];
  const left = new AbortController();
  response.once('close', () => left.abort());
  const answer = await web.pool.request({
    method: request.method ?? 'GET',
    path: request.url ?? '/',
    headers: { ...headersOf(request.headers), ...(strategy === null ? {} : { [STRATEGY_HEADER]: strategy }) },
    body: body.length === 0 ? null : body,
    ...(typeof key === 'string' && key !== '' ? { idempotencyKey: key } : {}),
    version,
    deadlineMs: DEADLINE_MS,
    signal: left.signal,
  });
  const { instance, attempts, fellBack } = answer;
  context.met('service', { instance, version: answer.version, fellBack, attempts });
  return passBack(answer);
}

function headersOf(headers: http.IncomingHttpHeaders): Record<string, string> {
  const given = Object.entries(headers).filter(([name, value]) => {
    return value !== undefined && name !== STRATEGY_HEADER;
  });
  return Object.fromEntries(given.map(([name, value]) => [name, String(value)]));
}

/** The service's own status, headers and body. */
function passBack({ status, headers, body, version, fellBack }: ServiceAnswer): Reply {
  const kept = Object.fromEntries(Object.entries(headers).filter(([name]) => !OWN_HEADERS.has(name)));
  const behind = headers[VERSION_HEADER];
  return {
    status,
    body,
    headers: {
      ...kept,
      'x-served-version': fellBack ? `${version}; fell-back` : version,
      ...(behind === undefined ? {} : { [VERSION_HEADER]: String(behind) }),
    },
  };
}

function json(status: number, body: object, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status, body: JSON.stringify(body), headers };
}

function failure(error: unknown): Reply {
  const message = error instanceof Error ? error.message : String(error);
  const known = error instanceof UnderstudyError;
  const { code, advice } = known ? error : { code: 'failed', advice: 'check' };
  return json(code === 'deadline-exceeded' ? 504 : 503, { code, advice, message }, RETRY_AFTER);
}
