/** A small service as a process of its own: `node server.ts`. Prints `{"listening": <port>}`; drains on SIGTERM. */

import http from 'node:http';
import type { AddressInfo } from 'node:net';

const done = new Map<string, number>();
let delayMs = 0;
let isDraining = false;

const server = http.createServer((request, response) => {
  const url = new URL(request.url ?? '/', 'http://service');
  const send = (status: number, body: object): void => {
    response.writeHead(status, {
      'content-type': 'application/json',
      ...(isDraining ? { connection: 'close', 'x-draining': '1' } : {}),
    });
    response.end(JSON.stringify(body));
  };
  request.resume();
  if (url.pathname === '/health') {
    send(200, { status: 'ok' });
  } else if (url.pathname === '/slow') {
    delayMs = Number(url.searchParams.get('ms'));
    send(200, { delayMs });
  } else if (url.pathname === '/done') {
    send(200, Object.fromEntries(done));
  } else {
    const key = url.searchParams.get('key');
    if (key !== null) done.set(key, (done.get(key) ?? 0) + 1);
    setTimeout(() => send(200, { pid: process.pid, headers: request.headers }), delayMs);
  }
});
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${JSON.stringify({ listening: (server.address() as AddressInfo).port })}\n`);
});
process.on('SIGTERM', () => {
  isDraining = true;
  setTimeout(() => {
    server.close(() => process.exit(0));
    server.closeIdleConnections();
  }, 1000);
});
