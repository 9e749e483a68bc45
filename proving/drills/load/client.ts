/**
 * The load's client, as stated in every report: keep-alive HTTP, an answer after 5 s is a failure, and an
 * idempotent request (GET) that failed is tried once more after a back-off, within a budget of 10 %.
 */

import http from 'node:http';

export const ANSWER_MS_MAX = 5000;
const RETRY_RATIO = 0.1;
const RETRY_BACKOFF_MS = 50;
/** Retries that may be saved up while nothing fails. */
const RETRY_TOKENS_MAX = 20;

export interface Answer {
  readonly status: number;
  readonly body: string;
  /** What the socket said when there was no answer. */
  readonly error: string | null;
  /** Requests that were sent for it, or tried to. @default 1 */
  readonly attempts?: number;
  /** The first of them met a failure. @default - as this answer */
  readonly firstFailed?: boolean;
}

/** Sends what the generator asks for. Neither call rejects; `deadline` is epoch ms. */
export interface Client {
  /** A GET, which may be sent again. */
  read(path: string, deadline: number): Promise<Answer>;
  /** A POST: never sent twice, since HTTP does not call it idempotent. */
  write(path: string, body: unknown, deadline: number): Promise<Answer>;
  close(): void;
}

export class LoadClient implements Client {
  readonly #agent = new http.Agent({ keepAlive: true, maxSockets: 512, scheduling: 'lifo' });
  readonly #base: URL;
  #tokens = RETRY_TOKENS_MAX;

  constructor(baseUrl: string) {
    this.#base = new URL(baseUrl);
  }

  /** With one budgeted retry. */
  async read(path: string, deadline: number): Promise<Answer> {
    this.#tokens = Math.min(RETRY_TOKENS_MAX, this.#tokens + RETRY_RATIO);
    const first = await this.#send('GET', path, null, deadline);
    if (!failed(first) || this.#tokens < 1 || now() + RETRY_BACKOFF_MS >= deadline) return first;
    this.#tokens -= 1;
    await new Promise((resolve) => setTimeout(resolve, RETRY_BACKOFF_MS * (0.5 + Math.random())));
    const second = await this.#send('GET', path, null, deadline);
    return { ...second, attempts: 2, firstFailed: true };
  }

  write(path: string, body: unknown, deadline: number): Promise<Answer> {
    return this.#send('POST', path, JSON.stringify(body), deadline);
  }

  close(): void {
    this.#agent.destroy();
  }

  #send(method: string, path: string, body: string | null, deadline: number): Promise<Answer> {
    return new Promise((resolve) => {
      const request = http.request(
        {
          agent: this.#agent,
          host: this.#base.hostname,
          port: this.#base.port,
          method,
          path,
          headers:
            body === null
              ? {}
              : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
        },
        (response) => {
          let text = '';
          response.setEncoding('utf8');
          response.on('data', (chunk: string) => (text += chunk));
          response.on('end', () => finish({ status: response.statusCode ?? 0, body: text, error: null }));
        },
      );
      const timer = setTimeout(
        () => request.destroy(new Error('no answer within 5 s')),
        Math.max(1, deadline - now()),
      );
      const finish = (answer: Answer): void => {
        clearTimeout(timer);
        resolve(answer);
      };
      request.on('error', (error) => finish({ status: 0, body: '', error: error.message }));
      request.end(body ?? undefined);
    });
  }
}

export function failed(answer: Answer): boolean {
  return answer.status === 0 || answer.status >= 500;
}

/** Epoch ms with fractions; equal in every thread of the process. */
export function now(): number {
  return performance.timeOrigin + performance.now();
}
