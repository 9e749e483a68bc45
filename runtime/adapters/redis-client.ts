/**
 * One ioredis client over one socket of ours, logged in and asked who it is talking to. The client neither queues, nor
 * connects again, nor repeats a command: what is to happen then is for the cache to decide.
 */

import type net from 'node:net';
import { AbstractConnector, Redis } from 'ioredis';
import type { ShardEndpoint } from '../../core/cache/index.ts';
import { openSocket, type RedisTls } from './redis-socket.ts';

export interface RedisLogin {
  readonly user: string;
  /** Asked anew for each connection to a replication group, so that a token that expired meanwhile harms nothing. */
  readonly password: (groupId: string) => Promise<string>;
}

export interface RedisAccess {
  readonly tls: RedisTls;
  /** Null for a server without users, in tests. */
  readonly login: RedisLogin | null;
}

export interface RedisClient {
  readonly redis: Redis;
  /** `run_id`: another one after every restart. */
  readonly incarnation: string;
  /** Closes the socket at once; whatever is outstanding is rejected. */
  destroy(): void;
  /** Called once when the socket is closed, by whomever. */
  onEnd(listener: () => void): void;
}

/** A connect that is under way. */
export interface Attempt {
  readonly client: Promise<RedisClient>;
  /** Closes what is open and rejects. */
  abandon(why: Error): void;
}

/** Rejects at the latest after `timeoutMs`, leaving nothing open. */
export function connectRedis(endpoint: ShardEndpoint, access: RedisAccess, timeoutMs: number): Attempt {
  const abandoned = Promise.withResolvers<never>();
  const sockets: net.Socket[] = [];
  let isOver = false;
  const timer = setTimeout(
    () => abandoned.reject(new Error(`${endpoint.host}: no connection within ${timeoutMs} ms`)),
    timeoutMs,
  );
  const opening = (async () => {
    const password = await access.login?.password(endpoint.id);
    if (isOver) throw new Error('given up');
    const { socket, connected } = openSocket(endpoint, access.tls);
    sockets.push(socket);
    await connected;
    return introduced(socket, access.login && { user: access.login.user, password: password ?? '' });
  })();
  const client = Promise.race([opening, abandoned.promise])
    .catch((error: unknown) => {
      for (const socket of sockets) socket.destroy();
      throw error;
    })
    .finally(() => {
      isOver = true;
      clearTimeout(timer);
    });
  return { client, abandon: abandoned.reject };
}

async function introduced(
  socket: net.Socket,
  login: { readonly user: string; readonly password: string } | null,
): Promise<RedisClient> {
  const redis = new Redis({
    Connector: connectorOf(socket),
    lazyConnect: true,
    retryStrategy: null,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    enableOfflineQueue: false,
    enableAutoPipelining: false,
    enableReadyCheck: false,
    disableClientInfo: true,
    // No reply comes unasked in this version of the protocol.
    protocol: 2,
  });
  // A reply that answers nothing, or one that cannot be read: the next one could be taken for another's (I-26).
  redis.on('error', () => socket.destroy());
  await redis.connect();
  const [, server, replication] = await Promise.all([
    login === null ? null : redis.call('AUTH', login.user, login.password),
    redis.info('server'),
    redis.info('replication'),
  ]);
  // One that became a replica holds what its new primary held, under the id that it always had.
  if (infoField(replication, 'role') !== 'master') throw new Error('the server is a replica');
  const incarnation = infoField(server, 'run_id');
  if (incarnation === null) throw new Error('the server does not tell its run_id');
  return {
    redis,
    incarnation,
    destroy: () => void socket.destroy(),
    onEnd(listener) {
      if (socket.closed) listener();
      else socket.once('close', listener);
    },
  };
}

/** The value of a line `name:value` of INFO. */
export function infoField(info: string, name: string): string | null {
  const line = info.split('\r\n').find((one) => one.startsWith(`${name}:`));
  return line === undefined ? null : line.slice(name.length + 1);
}

/** Hands out a socket that is connected, once. */
function connectorOf(socket: net.Socket): new () => AbstractConnector {
  return class extends AbstractConnector {
    constructor() {
      super(0);
    }

    connect(): Promise<net.Socket> {
      this.stream = socket;
      return Promise.resolve(socket);
    }
  };
}
