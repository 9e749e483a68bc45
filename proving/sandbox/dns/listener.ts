/** One DNS server on loopback: the same port on UDP and TCP. */

import dgram from 'node:dgram';
import net from 'node:net';
import { UnderstudyError } from '../../../core/errors.ts';

export interface DnsListener {
  readonly port: number;
  close(): Promise<void>;
}

export type Responder = (query: Buffer, transport: 'udp' | 'tcp') => Buffer | undefined;

const ADDRESS = '127.0.0.1';
/** UDP and TCP need the same free port; the one UDP got may be taken on TCP. */
const ATTEMPTS_MAX = 10;
const TCP_IDLE_MS_MAX = 10_000;
const TCP_MESSAGE_LENGTH_MAX = 65_535;

/** @param port 0 takes a free one. Throws UnderstudyError `port-busy`. */
export async function listen(port: number, respond: Responder): Promise<DnsListener> {
  for (let attempt = 1; ; attempt++) {
    const udp = dgram.createSocket('udp4');
    const tcp = net.createServer((socket) => serveTcp(socket, respond));
    const open = new Set<net.Socket>();
    tcp.on('connection', (socket) => {
      open.add(socket);
      socket.on('close', () => open.delete(socket));
    });
    try {
      await new Promise<void>((resolve, reject) => {
        udp.once('error', reject);
        udp.bind(port, ADDRESS, resolve);
      });
      const bound = udp.address().port;
      await new Promise<void>((resolve, reject) => {
        tcp.once('error', reject);
        tcp.listen(bound, ADDRESS, resolve);
      });
      udp.on('message', (query, peer) => {
        const response = respond(query, 'udp');
        if (response) udp.send(response, peer.port, peer.address);
      });
      udp.on('error', () => undefined);
      return { port: bound, close: () => close(udp, tcp, open) };
    } catch (cause) {
      await close(udp, tcp, open);
      if (port === 0 && attempt < ATTEMPTS_MAX) continue;
      throw new UnderstudyError(
        `DNS port ${port} on ${ADDRESS} is busy: choose another, or stop what uses it`,
        { code: 'port-busy', advice: 'give-up', cause },
      );
    }
  }
}

async function close(udp: dgram.Socket, tcp: net.Server, open: Set<net.Socket>): Promise<void> {
  for (const socket of open) socket.destroy();
  await Promise.all([
    new Promise<void>((done) => {
      try {
        udp.close(() => done());
      } catch {
        done();
      }
    }),
    new Promise<void>((done) => {
      tcp.close(() => done());
    }),
  ]);
}

function serveTcp(socket: net.Socket, respond: Responder): void {
  let pending = Buffer.alloc(0);
  socket.setTimeout(TCP_IDLE_MS_MAX, () => socket.destroy());
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk) => {
    pending = Buffer.concat([pending, chunk]);
    while (pending.length >= 2 && pending.length >= 2 + pending.readUInt16BE(0)) {
      const size = pending.readUInt16BE(0);
      const response = respond(pending.subarray(2, 2 + size), 'tcp');
      pending = pending.subarray(2 + size);
      if (!response || response.length > TCP_MESSAGE_LENGTH_MAX) return socket.destroy();
      const prefix = Buffer.alloc(2);
      prefix.writeUInt16BE(response.length);
      socket.write(Buffer.concat([prefix, response]));
    }
    return undefined;
  });
}
