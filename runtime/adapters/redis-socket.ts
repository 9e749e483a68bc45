/** A verified TLS socket to one shard. The name is resolved anew each time: a replacement keeps it and moves. */

import net from 'node:net';
import tls from 'node:tls';
import type { ShardEndpoint } from '../../core/cache/index.ts';

/** `off` is for tests against a local server. */
export type RedisTls = 'off' | Pick<tls.ConnectionOptions, 'ca'>;

const KEEP_ALIVE_MS = 1000;

/** Returns at once, so that whoever asks can end it. `connected` rejects for a server that is not the shard. */
export function openSocket(
  { host, port }: Pick<ShardEndpoint, 'host' | 'port'>,
  security: RedisTls,
): { readonly socket: net.Socket; readonly connected: Promise<void> } {
  const place = { host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS };
  const isPlain = security === 'off';
  const socket = isPlain
    ? net.connect(place)
    : tls.connect({ ...place, ...security, servername: host, rejectUnauthorized: true });
  const connected = new Promise<void>((resolve, reject) => {
    const refuse = (error?: Error): void =>
      reject(error ?? new Error(`${host}:${port} closed the connection`));
    socket.once(isPlain ? 'connect' : 'secureConnect', resolve);
    socket.once('error', refuse);
    socket.once('close', () => refuse());
  });
  // What goes wrong once it is connected is told by its end.
  socket.on('error', () => {});
  return { socket, connected };
}
