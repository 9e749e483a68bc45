/** An HTTP server that drains: it says that it is leaving for a while, then finishes what is under way. */

import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { DRAINING_HEADER } from '../../runtime/index.ts';

export interface Reply {
  readonly status: number;
  readonly body: Uint8Array | string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
}

export interface HttpServer {
  readonly port: number;
  /** Says to everyone who still comes that it is leaving, then answers what is under way, within a bound. */
  close(): Promise<void>;
}

export interface HttpServerOptions {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** How long it still takes requests once it is to close, in ms: until its callers know. @default 0 */
  readonly drainMs?: number;
}

export type Answer = (request: http.IncomingMessage, response: http.ServerResponse) => Promise<Reply>;

const CLOSE_MS_MAX = 4500;
/** Longer than any load balancer keeps an idle connection (60 s): else a request meets a socket that is just closing. */
const KEEP_ALIVE_MS = 65_000;
/** A task is told to end while its callers know it for one look at the registry more: 5 s, and its jitter. */
const TASK_DRAIN_MS = 7000;

/** As a task of a tier somebody calls it who must learn that it is leaving; a process by itself just ends. */
export function drainMsOf(env: Readonly<Record<string, string | undefined>>): number {
  return (env['UNDERSTUDY_TIER'] ?? '') === '' ? 0 : TASK_DRAIN_MS;
}

export async function listen(
  answer: Answer,
  { host, port, drainMs = 0 }: HttpServerOptions,
): Promise<HttpServer> {
  const state = { isLeaving: false };
  const server = http.createServer((request, response) => {
    void answer(request, response).then((reply) => send(response, reply, state.isLeaving));
  });
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      state.isLeaving = true;
      if (drainMs > 0) {
        await new Promise((resolve) => {
          setTimeout(resolve, drainMs);
        });
      }
      await closeServer(server);
    },
  };
}

function send(response: http.ServerResponse, { status, headers, body }: Reply, isLeaving: boolean): void {
  response.writeHead(status, {
    'content-type': 'application/json',
    ...(headers as http.OutgoingHttpHeaders),
    'content-length': Buffer.byteLength(body),
    ...(isLeaving ? { connection: 'close', [DRAINING_HEADER]: '1' } : {}),
  });
  response.end(body);
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

/** Null where the body is larger than that. */
export async function readBody(request: http.IncomingMessage, bytesMax: number): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length;
    if (bytes <= bytesMax) chunks.push(chunk as Buffer);
  }
  return bytes > bytesMax ? null : Buffer.concat(chunks);
}
