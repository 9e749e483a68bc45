/** The HTTP side of the endpoint: one loopback socket, whole bodies, a clear word about a busy port. */

import http from 'node:http';
import { UnderstudyError } from '../../../core/errors.ts';
import type { WireRequest, WireResponse } from './message.ts';

const BODY_BYTES_MAX = 256 * 1024 * 1024;

export type Receive = (request: http.IncomingMessage, body: Buffer, response: http.ServerResponse) => void;

export function createListener(receive: Receive): http.Server {
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= BODY_BYTES_MAX) {
        chunks.push(chunk);
        return;
      }
      response.writeHead(413, { connection: 'close' }).end('the body is larger than the sandbox takes');
      request.destroy();
    });
    request.on('end', () => receive(request, Buffer.concat(chunks), response));
    request.on('error', () => response.destroy());
  });
  server.on('clientError', (_error, socket) =>
    socket.end('HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n'),
  );
  return server;
}

/** @throws UnderstudyError `port-busy` */
export function listenOnLoopback(server: http.Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => reject(listenError(port, cause)));
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

export function closeListener(server: http.Server): Promise<void> {
  if (!server.listening) return Promise.resolve();
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

export function wireRequest(request: http.IncomingMessage, body: Buffer): WireRequest {
  const [path = '/', query = ''] = (request.url ?? '/').split(/\?(.*)/s);
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(',') : (value ?? ''),
    ]),
  );
  // A plus sign in an AWS query string is a plus sign, not a space.
  const parameters = new URLSearchParams(query.replaceAll('+', '%2B'));
  return { method: request.method ?? 'GET', path, query: parameters, headers, body };
}

export function sendResponse(method: string, wire: WireResponse, response: http.ServerResponse): void {
  if (response.headersSent || response.destroyed) return;
  const isHead = method === 'HEAD';
  const length =
    (isHead ? wire.headers['content-length'] : undefined) ?? String(Buffer.byteLength(wire.body));
  response.writeHead(wire.status, { ...wire.headers, 'content-length': length });
  response.end(isHead ? undefined : wire.body);
}

function listenError(port: number, cause: NodeJS.ErrnoException): UnderstudyError {
  if (cause.code === 'EADDRINUSE') {
    return new UnderstudyError(
      `Port ${port} on 127.0.0.1 is busy: another program, or another sandbox, listens there. ` +
        'Fix: stop it (`npx understudy down` ends a sandbox that was left over), or choose another port.',
      { code: 'port-busy', advice: 'give-up', cause },
    );
  }
  return new UnderstudyError(`The sandbox cannot listen on 127.0.0.1:${port}: ${cause.message}.`, {
    code: 'cannot-listen',
    advice: 'give-up',
    cause,
  });
}
