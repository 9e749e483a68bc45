/** Clients of a balancer, and waiting. */

import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import type { BalancerNode } from '../../../../proving/sandbox/kernel/index.ts';

export const DOMAIN = 'shop.demo.example.com';

export interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
  readonly json: any;
}

export interface AskOptions {
  readonly node?: BalancerNode;
  readonly method?: string;
  readonly headers?: http.OutgoingHttpHeaders;
  readonly body?: string;
  readonly agent?: http.Agent | false;
  readonly from?: string;
  readonly tls?: boolean;
  readonly signal?: AbortSignal;
}

/** Where and how a balancer is asked. */
export interface Asked {
  readonly http: number;
  readonly https: number;
  readonly caPem: string;
  node(): BalancerNode;
}

export function ask(stage: Asked, url: string, options: AskOptions): Promise<Answer> {
  const node = options.node ?? stage.node();
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const common = {
    host: node.address,
    path: url,
    method: options.method ?? 'GET',
    headers: { host: DOMAIN, ...options.headers },
    agent: options.agent ?? false,
    ...(options.from === undefined ? {} : { localAddress: options.from }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  };
  const sent = options.tls
    ? https.request({ ...common, port: stage.https, ca: stage.caPem, servername: DOMAIN })
    : http.request({ ...common, port: stage.http });
  sent.on('error', reject);
  sent.on('response', (answer) => {
    let text = '';
    answer.on('data', (chunk: Buffer) => (text += chunk.toString()));
    answer.on('error', reject);
    answer.on('end', () => {
      const isJson = answer.headers['content-type'] === 'application/json';
      const json = isJson ? JSON.parse(text) : null;
      resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text, json });
    });
  });
  sent.end(options.body);
  return promise;
}

export async function freePort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((done) => {
    server.listen(0, '127.0.0.1', done);
  });
  const bound = server.address();
  await new Promise((done) => {
    server.close(done);
  });
  if (bound === null || typeof bound === 'string') throw new Error('no port');
  return bound.port;
}

/** A machine that is busy starts processes in seconds. */
const BOUND_MS = 20_000;

export async function eventually<T>(
  what: string,
  look: () => T | undefined | false | Promise<T | undefined | false>,
): Promise<T> {
  const end = performance.now() + BOUND_MS;
  for (;;) {
    const answer = await look();
    if (answer) return answer;
    if (performance.now() > end) throw new Error(`not within ${BOUND_MS} ms: ${what}`);
    await pause(20);
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((done) => {
    setTimeout(done, ms);
  });
}
