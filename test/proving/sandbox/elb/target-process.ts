/**
 * A target for tests, in a process of its own: `node target-process.ts <address> <port>`. It says `listening` to its
 * parent, answers every path with what it got, and does what some paths ask for.
 */

import http from 'node:http';

const [address = '127.0.0.1', port = '0'] = process.argv.slice(2);
let healthStatus = 200;
/** Whoever asks from here is told that it is sick. */
let sickFor: string | null = null;
let boundPort = 0;

const server = http.createServer((request, response) => {
  const url = new URL(request.url ?? '/', 'http://target');
  if (url.pathname === '/health') {
    response.statusCode = request.socket.remoteAddress === sickFor ? 500 : healthStatus;
    response.end();
    return;
  }
  if (url.pathname === '/reset') {
    request.socket.resetAndDestroy();
    return;
  }
  if (url.pathname === '/half') {
    response.writeHead(200, { 'content-length': '1000' });
    response.write('half');
    setTimeout(() => request.socket.resetAndDestroy(), 20);
    return;
  }
  const waitMs = Number(url.searchParams.get('wait') ?? 0);
  const status = Number(url.searchParams.get('status') ?? 200);
  process.send?.({ arrived: url.pathname });
  const body: Buffer[] = [];
  request.on('data', (chunk: Buffer) => body.push(chunk));
  response.on('close', () => {
    if (!response.writableFinished) process.send?.({ aborted: url.pathname });
  });
  request.on('end', () => {
    setTimeout(() => {
      const said = {
        target: `${address}:${boundPort}`,
        method: request.method,
        url: request.url,
        headers: request.headers,
        body: Buffer.concat(body).toString(),
        from: request.socket.remoteAddress,
        connection: request.socket.remotePort,
      };
      response.writeHead(status, {
        'content-type': 'application/json',
        'x-hop': 'gone',
        connection: 'x-hop',
      });
      response.end(JSON.stringify(said));
    }, waitMs);
  });
});
// Longer than the balancer keeps them: the other way round is a race that AWS warns of.
server.keepAliveTimeout = 120_000;
server.listen(Number(port), address, () => {
  const bound = server.address();
  boundPort = typeof bound === 'object' ? (bound?.port ?? 0) : 0;
  process.send?.({ listening: boundPort });
});
process.on('message', (message: { health?: number; sickFor?: string | null }) => {
  healthStatus = message.health ?? healthStatus;
  if (message.sickFor !== undefined) sickFor = message.sickFor;
  process.send?.({ done: true });
});
process.on('disconnect', () => process.exit(0));
