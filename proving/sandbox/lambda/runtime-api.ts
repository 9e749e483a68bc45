/**
 * The Lambda Runtime API (2018-06-01) of one execution environment: the HTTP interface its runtime polls.
 * One invocation at a time, as on AWS.
 */

import http from 'node:http';
import type { AddressInfo } from 'node:net';

export interface RuntimeInvocation {
  readonly requestId: string;
  readonly payload: string;
  readonly deadline: number;
  readonly functionArn: string;
}

export interface RuntimeEvents {
  /** The runtime asks for work: initialized, and done with what it had. */
  ready(): void;
  response(requestId: string, payload: string): void;
  error(requestId: string, payload: string): void;
  initError(payload: string): void;
}

const ROUTE =
  /^\/2018-06-01\/runtime\/(?:invocation\/([^/]+)\/(response|error)|(invocation\/next)|(init\/error))$/;
/** A synchronous payload is at most 6 MB. */
const BODY_BYTES_MAX = 6 * 1024 * 1024 + 64 * 1024;

export class RuntimeApi {
  readonly #server: http.Server;
  readonly #events: RuntimeEvents;
  #poll: http.ServerResponse | null = null;

  constructor(events: RuntimeEvents) {
    this.#events = events;
    this.#server = http.createServer((request, response) => this.#handle(request, response));
    // A frozen environment keeps its poll open for as long as it is idle.
    Object.assign(this.#server, { requestTimeout: 0, headersTimeout: 0, keepAliveTimeout: 0, timeout: 0 });
  }

  /** Opens the API. @returns host and port, as AWS_LAMBDA_RUNTIME_API wants them */
  async open(): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(0, '127.0.0.1', resolve);
    });
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Answers the open poll. Only while `ready` was the last event. */
  deliver(invocation: RuntimeInvocation): void {
    const poll = this.#poll;
    if (!poll) throw new Error('The runtime is not waiting for an invocation');
    this.#poll = null;
    poll.writeHead(200, {
      'content-type': 'application/json',
      'lambda-runtime-aws-request-id': invocation.requestId,
      'lambda-runtime-deadline-ms': String(invocation.deadline),
      'lambda-runtime-invoked-function-arn': invocation.functionArn,
      'lambda-runtime-trace-id': `Root=1-${Math.floor(invocation.deadline / 1000).toString(16)}-${invocation.requestId.replaceAll('-', '').slice(0, 24)};Sampled=0`,
    });
    poll.end(invocation.payload);
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #handle(request: http.IncomingMessage, response: http.ServerResponse): void {
    const [matched, requestId, outcome, next] = ROUTE.exec(request.url ?? '') ?? [];
    if (matched === undefined) return answer(response, 404, { errorType: 'NotFound' });
    if (next !== undefined) {
      this.#poll = response;
      return this.#events.ready();
    }
    readBody(request, (body) => {
      if (body === null) return answer(response, 413, { errorType: 'RequestEntityTooLarge' });
      answer(response, 202, { status: 'OK' });
      if (requestId === undefined) this.#events.initError(body);
      else if (outcome === 'response') this.#events.response(requestId, body);
      else this.#events.error(requestId, body);
    });
  }
}

function answer(response: http.ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function readBody(request: http.IncomingMessage, done: (body: string | null) => void): void {
  const parts: Buffer[] = [];
  let bytes = 0;
  request.on('data', (part: Buffer) => {
    bytes += part.length;
    if (bytes <= BODY_BYTES_MAX) parts.push(part);
  });
  request.on('end', () => done(bytes <= BODY_BYTES_MAX ? Buffer.concat(parts).toString() : null));
}
