/** Keep-alive connections to the instances of a service, by undici: a pool each. */

import { Pool } from 'undici';
import { AttemptFailure } from '../service/errors.ts';
import type { Incoming, Instance, InstanceClient, Outgoing, Transport } from '../service/ports.ts';
import { judgeError } from '../retries/verdict.ts';

export interface UndiciTransportOptions {
  /** Connections to one instance, at most. */
  readonly connectionsMax: number;
  readonly connectMs: number;
  /** Time for the head of an answer, and between two parts of its body. */
  readonly answerMs: number;
  /** Bytes that the body of an answer may have. */
  readonly answerBytesMax: number;
}

/** Shorter than the service keeps an idle connection: else a request meets a socket that is just closing. */
const KEEP_ALIVE_MS = 30_000;

export class UndiciTransport implements Transport {
  readonly #options: UndiciTransportOptions;

  constructor(options: UndiciTransportOptions) {
    this.#options = options;
  }

  open({ host, port }: Instance): InstanceClient {
    const { connectionsMax, connectMs, answerMs, answerBytesMax } = this.#options;
    const address = host.includes(':') ? `[${host}]` : host;
    const pool = new Pool(`http://${address}:${port}`, {
      connections: connectionsMax,
      pipelining: 1,
      keepAliveTimeout: KEEP_ALIVE_MS,
      keepAliveMaxTimeout: KEEP_ALIVE_MS,
      connect: { timeout: connectMs },
      headersTimeout: answerMs,
      bodyTimeout: answerMs,
      maxResponseSize: answerBytesMax,
      allowH2: false,
    });
    return new UndiciClient(pool);
  }
}

class UndiciClient implements InstanceClient {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async send({ method, path, headers, body, signal }: Outgoing): Promise<Incoming> {
    try {
      const answer = await this.#pool.request({ method, path, headers, body, signal });
      return {
        status: answer.statusCode,
        headers: definedOf(answer.headers),
        body: new Uint8Array(await answer.body.arrayBuffer()),
      };
    } catch (error) {
      throw failureOf(error, signal);
    }
  }

  destroy(): void {
    void this.#pool.destroy();
  }

  close(): Promise<void> {
    return this.#pool.close();
  }
}

function definedOf(
  headers: Readonly<Record<string, string | string[] | undefined>>,
): Readonly<Record<string, string | readonly string[]>> {
  const given = Object.entries(headers).filter((entry) => entry[1] !== undefined);
  return Object.fromEntries(given) as Record<string, string | readonly string[]>;
}

const TIMED_OUT_CODES: ReadonlySet<unknown> = new Set(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT']);
/** The request cannot be sent, or its answer is larger than the caller takes: the instance is not to blame. */
const CALLERS_CODES: ReadonlySet<unknown> = new Set([
  'UND_ERR_INVALID_ARG',
  'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH',
  'UND_ERR_RES_EXCEEDED_MAX_SIZE',
]);

function failureOf(error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) return new AttemptFailure('aborted', signal.reason);
  const { code } = error as { readonly code?: unknown };
  if (CALLERS_CODES.has(code)) return error;
  if (TIMED_OUT_CODES.has(code)) return new AttemptFailure('timed-out', error);
  // What is safe for everyone has never left.
  return new AttemptFailure(judgeError(error).again === 'safe' ? 'unsent' : 'lost', error);
}
