/**
 * The load's client, as stated in every report: keep-alive HTTP over the instances, taking turns; an answer after 5 s is
 * a failure. GET and PUT are idempotent: one that failed is tried once more after a back-off, at the next instance,
 * within a budget of 10 %. A refusal is taken for an answer.
 */

import http from 'node:http';
import { failed, now } from '../../load/client.ts';

const RETRY_RATIO = 0.1;
const RETRY_BACKOFF_MS = 50;
/** Retries that may be saved up while nothing fails. */
const RETRY_TOKENS_MAX = 20;
/** The application's word that it spares its database. */
const REFUSAL = /"code":"read-budget-spent"/;

export interface CacheAnswer {
  /** 0 when there was none. */
  readonly status: number;
  readonly body: string;
  /** What the socket said when there was no answer. */
  readonly error: string | null;
  /** The header `x-cache`. */
  readonly source: string | null;
}

export interface Attempted {
  readonly answer: CacheAnswer;
  readonly refused: boolean;
  readonly attempts: number;
  /** When the first attempt was sent, and the one that was answered; epoch ms. */
  readonly firstSentAt: number;
  readonly answeredSentAt: number;
}

export interface Ask {
  readonly method: 'GET' | 'PUT';
  readonly path: string;
  /** Sent as JSON. @default - no body */
  readonly body?: object;
  /** Epoch ms. */
  readonly deadline: number;
}

export class CatalogClient {
  readonly #agent = new http.Agent({ keepAlive: true, maxFreeSockets: 512, scheduling: 'lifo' });
  readonly #bases: readonly URL[];
  #turn = 0;
  #tokens = RETRY_TOKENS_MAX;

  constructor(urls: readonly string[]) {
    this.#bases = urls.map((url) => new URL(url));
  }

  async send(ask: Ask): Promise<Attempted> {
    const turn = (this.#turn += 1);
    const firstSentAt = now();
    const first = await this.#once(this.#base(turn), ask);
    if (!this.#mayRetry(first, ask.deadline)) {
      return {
        answer: first,
        refused: isRefusal(first),
        attempts: 1,
        firstSentAt,
        answeredSentAt: firstSentAt,
      };
    }
    await new Promise((resolve) => setTimeout(resolve, RETRY_BACKOFF_MS * (0.5 + Math.random())));
    const answeredSentAt = now();
    const answer = await this.#once(this.#base(turn + 1), ask);
    return { answer, refused: isRefusal(answer), attempts: 2, firstSentAt, answeredSentAt };
  }

  close(): void {
    this.#agent.destroy();
  }

  #base(turn: number): URL {
    return this.#bases[turn % this.#bases.length]!;
  }

  #mayRetry(answer: CacheAnswer, deadline: number): boolean {
    this.#tokens = Math.min(RETRY_TOKENS_MAX, this.#tokens + RETRY_RATIO);
    const isInTime = now() + RETRY_BACKOFF_MS < deadline;
    if (!failed(answer) || isRefusal(answer) || !isInTime || this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }

  #once(base: URL, { method, path, body, deadline }: Ask): Promise<CacheAnswer> {
    const text = body === undefined ? '' : JSON.stringify(body);
    const headers =
      body === undefined
        ? {}
        : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) };
    return new Promise((resolve) => {
      const options = { agent: this.#agent, host: base.hostname, port: base.port, method, path, headers };
      const request = http.request(options, (response) => {
        let received = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => (received += chunk));
        response.on('error', (error) => finish(silence(error)));
        response.on('end', () => {
          const source = response.headers['x-cache'];
          const named = typeof source === 'string' ? source : null;
          finish({ status: response.statusCode ?? 0, body: received, error: null, source: named });
        });
      });
      const timeOut = (): void => void request.destroy(new Error('no answer within 5 s'));
      const timer = setTimeout(timeOut, Math.max(1, deadline - now()));
      const finish = (answer: CacheAnswer): void => {
        clearTimeout(timer);
        resolve(answer);
      };
      request.on('error', (error) => finish(silence(error)));
      request.end(text);
    });
  }
}

function silence(error: Error): CacheAnswer {
  return { status: 0, body: '', error: error.message, source: null };
}

/** A 503 that says that the database is spared; any other one is a failure. */
export function isRefusal({ status, body }: CacheAnswer): boolean {
  return status === 429 || (status === 503 && REFUSAL.test(body));
}
