/** A server that answers as it is told and remembers what it was asked. */

import http from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Asked {
  readonly path: string;
  readonly token: string;
  readonly at: number;
}

export interface Reply {
  readonly status: number;
  readonly body?: unknown;
  readonly afterMs?: number;
  /** The connection is closed instead. */
  readonly breaks?: boolean;
}

export class Answering {
  readonly asked: Asked[] = [];
  readonly #server: http.Server;
  url = '';

  constructor(replyTo: (asked: Asked, index: number) => Reply) {
    this.#server = http.createServer((request, response) => {
      const token = (request.headers.authorization ?? '').replace('Bearer ', '');
      const asked = { path: request.url ?? '', token, at: performance.timeOrigin + performance.now() };
      this.asked.push(asked);
      const { status, body = {}, afterMs = 0, breaks = false } = replyTo(asked, this.asked.length - 1);
      if (breaks) request.socket.destroy();
      else setTimeout(() => response.writeHead(status).end(JSON.stringify(body)), afterMs);
    });
  }

  async listen(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    return this;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

/** What the application answers: the product that was asked for. */
export function quote({ path }: Asked): Reply {
  return { status: 200, body: { productId: Number(path.split('/').at(-1)) } };
}

export const SHED: Reply = { status: 503, body: { error: 'shed', retryAfterS: 1 } };
