/** One listener of a node: TLS where it has a certificate, HTTP/1.1 over it, and the connections of its clients. */

import http from 'node:http';
import type { Duplex } from 'node:stream';
import tls from 'node:tls';
import { Entrance } from '../../host/entrance.ts';
import type { Line } from '../../network/line.ts';
import type { NetworkRule } from '../../network/rule.ts';
import type { ListenerConfig } from '../node-protocol.ts';
import { newConnectionId } from './access-log.ts';
import { type TlsView, tlsView } from './exchange.ts';

const HANDSHAKE_MS_MAX = 10_000;
const HEADER_BYTES_MAX = 64 * 1024;

export interface Connection {
  readonly id: string;
  readonly peer: { readonly address: string; readonly port: number };
  readonly tls: TlsView | null;
  /** Monotonic, ms. */
  readonly openedAt: number;
}

export interface EntryOptions {
  readonly address: string;
  readonly port: number;
  readonly idleMs: () => number;
  readonly onRequest: (
    request: http.IncomingMessage,
    response: http.ServerResponse,
    connection: Connection,
  ) => void;
}

export class Entry {
  private readonly options: EntryOptions;
  private readonly entrance: Entrance;
  private readonly server: http.Server;
  private readonly connections = new WeakMap<object, Connection>();
  private readonly idle = new Map<Duplex, NodeJS.Timeout>();
  private context: tls.SecureContext | null = null;
  private certificateArn = '';
  private certificate = '';

  constructor(options: EntryOptions, config: ListenerConfig) {
    this.options = options;
    const { address, port } = options;
    this.configure(config);
    this.entrance = new Entrance({ address, port, onLine: (line) => this.accept(line) });
    this.server = http.createServer({ maxHeaderSize: HEADER_BYTES_MAX }, (request, response) =>
      this.serve(request, response),
    );
    this.server.on('clientError', (_error, socket) => {
      if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
      else socket.destroy();
    });
  }

  /** New connections get the new certificate. */
  configure({ tls: given }: ListenerConfig): void {
    if (given === null) this.context = null;
    else if (this.certificate !== given.certificate || this.context === null) {
      this.context = tls.createSecureContext({
        key: given.privateKey,
        cert: given.certificate,
        minVersion: 'TLSv1.2',
      });
    }
    this.certificate = given?.certificate ?? '';
    this.certificateArn = given?.arn ?? '';
  }

  listen(): Promise<void> {
    return this.entrance.listen();
  }

  setRules(rules: readonly NetworkRule[]): void {
    this.entrance.setRules(rules);
  }

  end(): void {
    this.entrance.destroy();
    for (const timer of this.idle.values()) clearTimeout(timer);
    this.idle.clear();
  }

  private accept(line: Line): void {
    const { peer } = line;
    const common = { id: newConnectionId(), peer, openedAt: performance.now() };
    if (this.context === null) {
      this.open(line, { ...common, tls: null });
      return;
    }
    const { certificateArn } = this;
    const client = new tls.TLSSocket(line, { isServer: true, secureContext: this.context });
    client.on('error', () => line.destroy());
    const late = setTimeout(() => line.destroy(), HANDSHAKE_MS_MAX);
    line.on('close', () => clearTimeout(late));
    client.once('secure', () => {
      clearTimeout(late);
      this.open(client, { ...common, tls: tlsView(client, certificateArn) });
    });
  }

  private open(stream: Duplex, connection: Connection): void {
    this.connections.set(stream, connection);
    stream.on('close', () => this.stopIdling(stream));
    this.startIdling(stream);
    this.server.emit('connection', stream);
  }

  private serve(request: http.IncomingMessage, response: http.ServerResponse): void {
    const stream: Duplex = request.socket;
    const connection = this.connections.get(stream);
    if (connection === undefined) throw new Error('a request of an unknown connection');
    this.stopIdling(stream);
    response.on('close', () => this.startIdling(stream));
    this.options.onRequest(request, response, connection);
  }

  private startIdling(stream: Duplex): void {
    this.stopIdling(stream);
    if (!stream.destroyed)
      this.idle.set(
        stream,
        setTimeout(() => stream.destroy(), this.options.idleMs()),
      );
  }

  private stopIdling(stream: Duplex): void {
    clearTimeout(this.idle.get(stream));
    this.idle.delete(stream);
  }
}
