/** A plain `pg` connection to one member, from any address: how a drill checks what it did, and what a user would. */

import net from 'node:net';
import { Client } from 'pg';
import { now } from './load/index.ts';
import type { Member } from './model.ts';
import type { DrillPlace } from './ports.ts';

export interface PlainOptions {
  /** Connects from this loopback address. @default - the system's choice */
  readonly from?: string;
  /** Bounds connecting, and each statement. */
  readonly timeoutMs: number;
}

/** Connects and logs in as the application's user. Leaves nothing open when it rejects. */
export async function openPlain(
  place: DrillPlace,
  to: { readonly address: string; readonly endpoint: string },
  { from, timeoutMs }: PlainOptions,
): Promise<Client> {
  const client = new Client({
    ...(await place.connection(to.address, to.endpoint)),
    connectionTimeoutMillis: timeoutMs,
    query_timeout: timeoutMs,
    ...(from === undefined ? {} : { stream: () => socketFrom(from) }),
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return client;
  } catch (error) {
    discard(client);
    throw error;
  }
}

/** Closes the socket without a goodbye: one that nobody answers would wait for ever. */
export function discard(client: Client): void {
  const { stream } = (client as unknown as { connection: { stream: net.Socket } }).connection;
  stream.on('error', () => undefined);
  stream.destroy();
}

/** How long connecting and one query take from there, in ms; null when there is no answer in time. */
export async function answerMs(
  place: DrillPlace,
  member: Member,
  options: PlainOptions,
): Promise<number | null> {
  const started = now();
  try {
    const client = await openPlain(place, member, options);
    try {
      await client.query('select 1');
      return now() - started;
    } finally {
      discard(client);
    }
  } catch {
    return null;
  }
}

/** The driver gives host and port alone: the socket adds where it connects from. */
function socketFrom(localAddress: string): net.Socket {
  const socket = new net.Socket();
  const connect = socket.connect.bind(socket);
  socket.connect = ((port: number, host: string) =>
    connect({ port, host, localAddress })) as typeof socket.connect;
  return socket;
}
