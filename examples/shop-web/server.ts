/** The web tier's HTTP server: takes what the shop serves, and has the service answer it. */

import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { UnderstudyError, type ServicePool } from '../../runtime/index.ts';

export interface WebServer {
  readonly port: number;
  /** Refuses new connections, answers what is under way, within a bound. */
  close(): Promise<void>;
}

export interface Web {
  readonly pool: Pick<ServicePool, 'request' | 'describe'>;
}

const COLLECTIONS: ReadonlySet<string> = new Set(['products', 'orders', 'catalog', 'quotes']);
const BODY_BYTES_MAX = 16 * 1024;
const CLOSE_MS_MAX = 4500;
/** Longer than any load balancer keeps an idle connection (60 s): else a request meets a socket that is just closing. */
const KEEP_ALIVE_MS = 65_000;
/** What belongs to one connection (RFC 9110, section 7.6.1), and what is made anew. */
const OWN_HEADERS: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

export async function serve(web: Web, address: { host: string; port: number }): Promise<WebServer> {
  const server = http.createServer((request, response) => {
    void answer(web, request, response, () => server.listening);
  });
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(address.port, address.host, resolve);
  });
  return { port: (server.address() as AddressInfo).port, close: () => closeServer(server) };
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

async function answer(
  web: Web,
  request: http.IncomingMessage,
  response: http.ServerResponse,
  isOpen: () => boolean,
): Promise<void> {
  const send = (status: number, headers: http.OutgoingHttpHeaders, body: Uint8Array | string): void => {
    response.writeHead(status, {
      ...headers,
      'content-length': Buffer.byteLength(body),
      ...(isOpen() ? {} : { connection: 'close' }),
    });
    response.end(body);
  };
  const sendJson = (status: number, body: object): void =>
    send(status, { 'content-type': 'application/json' }, JSON.stringify(body));
  try {
    const path = request.url ?? '/';
    const [, collection = ''] = path.split(/[/?]/);
    if (path === '/health') {
      sendJson(200, { status: 'ok' });
    } else if (!COLLECTIONS.has(collection)) {
      sendJson(404, { code: 'no-such-route', advice: 'give-up', message: `${path} is not served` });
    } else {
      const { status, headers, body } = await web.pool.request({
        method: request.method ?? 'GET',
        path,
        headers: passedOn(request.headers),
        body: await readBody(request),
      });
      send(status, passedOn(headers), body);
    }
  } catch (error) {
    const { code, advice } =
      error instanceof UnderstudyError ? error : { code: 'failed', advice: 'check' as const };
    sendJson(503, { code, advice, message: error instanceof Error ? error.message : String(error) });
  }
}

function passedOn(
  headers: Readonly<Record<string, string | readonly string[] | undefined>>,
): Record<string, string> {
  const kept = Object.entries(headers).filter(
    ([name, value]) => value !== undefined && !OWN_HEADERS.has(name.toLowerCase()),
  );
  return Object.fromEntries(kept.map(([name, value]) => [name, String(value)]));
}

async function readBody(request: http.IncomingMessage): Promise<Uint8Array | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length;
    if (bytes > BODY_BYTES_MAX)
      throw new UnderstudyError(`a body has at most ${BODY_BYTES_MAX} bytes`, {
        code: 'too-large',
        advice: 'give-up',
      });
    chunks.push(chunk as Buffer);
  }
  return bytes === 0 ? null : Buffer.concat(chunks);
}
