/**
 * The load's client, as stated in every report: keep-alive HTTP over several addresses, taking turns. An address that
 * refuses the connection has got nothing, so the next one is tried at once. A GET that failed otherwise is tried once
 * more after a back-off, at the next address, within a budget of 10 %. A refusal is taken for an answer.
 */

import http from 'node:http';
import { now, type Answer } from '../../load/client.ts';

const RETRY_RATIO = 0.1;
const RETRY_BACKOFF_MS = 50;
/** Retries that may be saved up while nothing fails. */
const RETRY_TOKENS_MAX = 20;
const REFUSED_STATUSES: ReadonlySet<number> = new Set([429, 503]);

export interface Attempted {
  readonly answer: Answer;
  readonly refused: boolean;
  /** Requests that were sent, or tried to. */
  readonly attempts: number;
}

export interface Ask {
  readonly path: string;
  readonly token: string;
  /** Epoch ms. */
  readonly deadline: number;
  /** Sends it again at once, so often, until it succeeds: nothing else applies then. */
  readonly retriesAtOnce: number;
  /** Each attempt is given up after this time, in ms. */
  readonly attemptMsMax: number;
}

export class CallersClient {
  readonly #agent = new http.Agent({ keepAlive: true, maxFreeSockets: 1024, scheduling: 'lifo' });
  readonly #bases: readonly URL[];
  #turn = 0;
  #tokens = RETRY_TOKENS_MAX;

  constructor(urls: readonly string[]) {
    this.#bases = urls.map((url) => new URL(url));
  }

  async get(ask: Ask): Promise<Attempted> {
    const first = (this.#turn += 1);
    let attempts = 0;
    const send = async (): Promise<Answer> => {
      const base = this.#bases[(first + attempts) % this.#bases.length]!;
      attempts += 1;
      return this.#send(base, ask);
    };
    let answer = ask.retriesAtOnce > 0 ? await this.#insist(send, ask) : await send();
    if (ask.retriesAtOnce === 0) {
      while (neverArrived(answer) && attempts < this.#bases.length) answer = await send();
      if (this.#mayRetry(answer, ask.deadline)) {
        await new Promise((resolve) => setTimeout(resolve, RETRY_BACKOFF_MS * (0.5 + Math.random())));
        answer = await send();
      }
    }
    return { answer, refused: isRefusal(answer), attempts };
  }

  close(): void {
    this.#agent.destroy();
  }

  async #insist(send: () => Promise<Answer>, { retriesAtOnce: retries, deadline }: Ask): Promise<Answer> {
    let answer = await send();
    for (let retry = 0; retry < retries && answer.status !== 200; retry += 1) {
      if (now() >= deadline) break;
      answer = await send();
    }
    return answer;
  }

  #mayRetry(answer: Answer, deadline: number): boolean {
    this.#tokens = Math.min(RETRY_TOKENS_MAX, this.#tokens + RETRY_RATIO);
    const isFailure = answer.status === 0 || answer.status >= 500;
    const isInTime = now() + RETRY_BACKOFF_MS < deadline;
    if (!isFailure || isRefusal(answer) || !isInTime || this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }

  #send(base: URL, { path, token, deadline, attemptMsMax }: Ask): Promise<Answer> {
    return new Promise((resolve) => {
      const request = http.request(
        {
          agent: this.#agent,
          host: base.hostname,
          port: base.port,
          path,
          headers: { authorization: `Bearer ${token}` },
        },
        (response) => {
          let text = '';
          response.setEncoding('utf8');
          response.on('data', (chunk: string) => (text += chunk));
          response.on('end', () => finish({ status: response.statusCode ?? 0, body: text, error: null }));
          response.on('error', (error) => finish({ status: 0, body: '', error: error.message }));
        },
      );
      const waitMs = Math.min(attemptMsMax, Math.max(1, deadline - now()));
      const timeOut = (): void => void request.destroy(new Error(`no answer in time`));
      const timer = setTimeout(timeOut, waitMs);
      const finish = (answer: Answer): void => {
        clearTimeout(timer);
        resolve(answer);
      };
      request.on('error', (error) => finish({ status: 0, body: '', error: error.message }));
      request.end();
    });
  }
}

function neverArrived({ error }: Answer): boolean {
  return error !== null && error.includes('ECONNREFUSED');
}

/** A refusal says why in a field of its own; a 503 without it is a failure. */
export function isRefusal({ status, body }: Answer): boolean {
  return (
    REFUSED_STATUSES.has(status) && /"error":"(caller-limit|shed|queue-full|deadline-passed)"/.test(body)
  );
}
