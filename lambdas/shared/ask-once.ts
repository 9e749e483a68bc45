/**
 * One GET over a connection of its own: a kept one would not see that new ones fail. For probes: it never throws, and
 * never takes longer than its time, whatever the other side says.
 */

import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http';
import type { Clock } from '../../core/ports/index.ts';

export interface OneRequest {
  /** `request` of `node:http` or `node:https`. */
  readonly send: (options: RequestOptions, onAnswer: (answer: IncomingMessage) => void) => ClientRequest;
  readonly options: RequestOptions;
  readonly timeoutMs: number;
}

/** What came of it: the head of an answer, or the code of the error. Redirects are answers and not followed. */
export type Asked =
  | { readonly at: number; readonly status: number; readonly latencyMs: number; readonly error: null }
  | { readonly at: number; readonly status: null; readonly latencyMs: null; readonly error: string };

/** Why there was no answer in time. */
const TIMED_OUT = 'ETIMEDOUT';
/** The connection ended, and nothing else is known of it. */
const CLOSED = 'ECONNRESET';

/** @returns dated when it was begun; the latency until the head of the answer, in ms */
export function askOnce(clock: Pick<Clock, 'now' | 'monotonic'>, one: OneRequest): Promise<Asked> {
  const at = clock.now();
  const started = clock.monotonic();
  return new Promise((resolve) => {
    // The first of these says what came of it: what follows changes nothing.
    const answered = ({ statusCode = 0 }: IncomingMessage): void =>
      resolve({ at, status: statusCode, latencyMs: clock.monotonic() - started, error: null });
    const failed = (error: string): void => resolve({ at, status: null, latencyMs: null, error });
    try {
      const signal = AbortSignal.timeout(one.timeoutMs);
      const sent = one.send({ ...one.options, method: 'GET', agent: false, signal }, (answer) => {
        answered(answer);
        answer.destroy();
      });
      // Without a listener Node closes the connection of such an answer and tells of neither answer nor error.
      sent.on('upgrade', (answer, socket) => {
        answered(answer);
        socket.destroy();
      });
      sent.on('error', (error) => failed(codeOf(error)));
      sent.on('close', () => failed(CLOSED));
      sent.end();
    } catch (error) {
      failed(codeOf(error));
    }
  });
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'error';
  if (error.name === 'AbortError') return TIMED_OUT;
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
