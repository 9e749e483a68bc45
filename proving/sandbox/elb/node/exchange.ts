/** One request of a client from its arrival to its end, as counters and access log will tell of it. */

import type http from 'node:http';
import type { TLSSocket } from 'node:tls';
import type { Arrival } from './headers.ts';
import type { RequestView } from './rules.ts';
import type { Target } from './targets.ts';

export interface TlsView {
  readonly cipher: string;
  readonly protocol: string;
  readonly certificateArn: string;
}

export class Exchange implements RequestView {
  readonly request: http.IncomingMessage;
  readonly response: http.ServerResponse;
  readonly arrival: Arrival;
  readonly tls: TlsView | null;
  readonly connectionId: string;
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly host: string;
  priority = 0;
  /** What was done, as access logs name it. */
  action = '-';
  redirectUrl = '';
  groupArn: string | null = null;
  target: Target | null = null;
  targetStatus: number | null = null;
  /** What the client got; 460 where it was gone before. */
  status = 0;
  receivedBytes = 0;
  sentBytes = 0;
  /** Epoch ms. */
  readonly times: {
    readonly arrivedAt: number;
    sentAt: number | null;
    answeredAt: number | null;
    endedAt: number;
  };

  constructor(
    messages: { readonly request: http.IncomingMessage; readonly response: http.ServerResponse },
    arrival: Arrival,
    connection: { readonly id: string; readonly tls: TlsView | null },
  ) {
    const { request, response } = messages;
    const now = Date.now();
    this.request = request;
    this.response = response;
    this.arrival = arrival;
    this.tls = connection.tls;
    this.connectionId = connection.id;
    this.method = request.method ?? 'GET';
    const [path = '/', ...query] = (request.url ?? '/').split('?');
    this.path = path;
    this.query = query.join('?');
    this.host = (request.headers.host ?? '').replace(/:\d+$/, '').toLowerCase();
    this.receivedBytes = bytesOf(request.rawHeaders);
    this.times = { arrivedAt: now, sentAt: null, answeredAt: null, endedAt: now };
  }

  readonly header = (name: string): string | undefined => {
    const value = this.request.headers[name];
    return Array.isArray(value) ? value.join(', ') : value;
  };
}

export function bytesOf(headers: readonly string[]): number {
  return headers.reduce((sum, text) => sum + text.length + 2, 0);
}

export function tlsView(socket: TLSSocket, certificateArn: string): TlsView {
  return { cipher: socket.getCipher().name, protocol: socket.getProtocol() ?? '-', certificateArn };
}
