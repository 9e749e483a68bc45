/** For probes: servers of raw sockets on free ports of loopback, which say what no HTTP server of Node's would. */

import net from 'node:net';
import tls from 'node:tls';

const servers = new Set<net.Server>();
const sockets = new Set<net.Socket>();

type Serve = (socket: net.Socket, request: string) => void;

/** @param serve runs with every piece that comes in */
export function rawServer(serve: Serve): Promise<number> {
  return listening(net.createServer(), 'connection', serve);
}

export function rawTlsServer(options: tls.TlsOptions, serve: Serve): Promise<number> {
  return listening(tls.createServer(options), 'secureConnection', serve);
}

/** A port of loopback where nobody listens. */
export async function closedPort(): Promise<number> {
  const server = net.createServer();
  const port = await portOf(server);
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}

/** A busy machine may be late with a timer; what never ends is later still. */
const LATE_MS = 15_000;

/** What it comes to, and how long that took; rejects where it has not ended long after its time. */
export async function timed<T>(timeoutMs: number, work: Promise<T>): Promise<{ result: T; tookMs: number }> {
  const started = performance.now();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('it has not ended')), timeoutMs + LATE_MS);
  });
  const result = await Promise.race([work, late]).finally(() => clearTimeout(timer));
  return { result, tookMs: performance.now() - started };
}

/** For `afterEach`. */
export function closeSockets(): void {
  for (const socket of sockets) socket.destroy();
  for (const server of servers) server.close();
  sockets.clear();
  servers.clear();
}

function listening(server: net.Server, event: string, serve: Serve): Promise<number> {
  servers.add(server);
  server.on('connection', (socket: net.Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
  });
  server.on(event, (socket: net.Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('data', (piece: Buffer) => serve(socket, piece.toString()));
  });
  return portOf(server);
}

async function portOf(server: net.Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as net.AddressInfo).port;
}
