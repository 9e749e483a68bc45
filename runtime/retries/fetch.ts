/** HTTP calls with retries: idempotent methods only, unless the caller knows better. */

import { retryAfterMs } from './retry-after.ts';
import type { Retries } from './retries.ts';
import { NEVER, type Verdict } from './verdict.ts';

/** Says which attempt of its caller a request is: a server that sees many above 1 sees a retry storm coming. */
export const ATTEMPT_HEADER = 'understudy-attempt';

export interface RetryingFetchInit extends RequestInit {
  /** @default - by the method: GET, HEAD, OPTIONS, PUT, DELETE and TRACE are (RFC 9110, section 9.2.2) */
  readonly idempotent?: boolean;
  /** Until the head of an answer, all attempts together, in ms. @default - that of `retries` */
  readonly deadlineMs?: number;
  /** @default - the global one */
  readonly fetch?: typeof fetch;
}

const IDEMPOTENT_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'TRACE']);
/** A gateway got no answer from behind it: whether anything was done there is unknown. */
const LOST_STATUSES: ReadonlySet<number> = new Set([502, 504]);
const PUSHED_BACK_STATUSES: ReadonlySet<number> = new Set([429, 503]);

/**
 * Like `fetch`. An answer of 502 or 504 is tried again where the method is idempotent; one of 429 or 503 only when it
 * says when, and not before. When there is no other attempt the answer is returned, whatever its status. A body that
 * can be read only once is sent only once. Rejects as `fetch` does, or with `DeadlineExceeded`.
 */
export function fetchWithRetries(
  retries: Retries,
  input: string | URL | Request,
  { idempotent, deadlineMs, fetch: send = fetch, ...init }: RetryingFetchInit = {},
): Promise<Response> {
  const request = input instanceof Request ? input : null;
  const method = (init.method ?? request?.method ?? 'GET').toUpperCase();
  const callers = init.signal ?? request?.signal;
  const isOnce = request?.body != null || init.body instanceof ReadableStream;
  let last: Response | null = null;
  return retries.run(
    async ({ number, signal }) => {
      await discard(last);
      const headers = new Headers(init.headers ?? request?.headers);
      headers.set(ATTEMPT_HEADER, String(number));
      const both = callers ? AbortSignal.any([callers, signal]) : signal;
      last = await send(input, { ...init, headers, signal: both });
      return last;
    },
    {
      idempotent: idempotent ?? IDEMPOTENT_METHODS.has(method),
      judgeValue: (response) => judgeResponse(response, retries.clock.epoch()),
      ...(isOnce ? { attemptsMax: 1 } : {}),
      ...(deadlineMs === undefined ? {} : { deadlineMs }),
      ...(callers ? { signal: callers } : {}),
    },
  );
}

/** @param now epoch ms */
export function judgeResponse({ status, headers }: Response, now: number): Verdict {
  const afterMs = retryAfterMs(headers, now);
  // What was refused had no effect.
  if (PUSHED_BACK_STATUSES.has(status)) return afterMs === null ? NEVER : { again: 'safe', afterMs };
  return LOST_STATUSES.has(status) ? { again: 'if-idempotent', afterMs } : NEVER;
}

/** Frees the connection of an answer that nobody reads. */
async function discard(response: Response | null): Promise<void> {
  await response?.body?.cancel();
}
