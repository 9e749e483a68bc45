/**
 * What a client is told: the fields of the IETF draft "RateLimit header fields for HTTP" on every answer, and a
 * short JSON body with a refusal. Nothing of other callers, of capacity or of what is behind (SEC-18).
 */

import type { Refusal } from '../../core/shedding/index.ts';
import type { RateLimit } from '../../core/throttle/index.ts';

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** `RateLimit-Policy` and `RateLimit` of one caller. */
export function rateLimitHeaders(
  { perSecond, burst }: RateLimit,
  remaining: number,
): Readonly<Record<string, string>> {
  const windowS = Math.max(1, Math.ceil(1 / perSecond));
  const quota = Math.floor(perSecond * windowS) + burst;
  return {
    'ratelimit-policy': `"caller";q=${quota};w=${windowS}`,
    ratelimit: `"caller";r=${remaining}`,
  };
}

const MESSAGES: Readonly<Record<Refusal['reason'], string>> = {
  'caller-limit': 'You are over your rate limit.',
  shed: 'The service is overloaded and serves other requests first.',
  'queue-full': 'The service is overloaded.',
  'deadline-passed': 'The answer would have come too late.',
};

export function refusalAnswer({ status, reason, retryAfterS }: Refusal): HttpAnswer {
  return {
    status,
    headers: {
      'content-type': 'application/json',
      'retry-after': String(retryAfterS),
      'cache-control': 'no-store',
    },
    body: JSON.stringify({ error: reason, message: MESSAGES[reason], retryAfterS }),
  };
}

/** An answer by which a service says that it has too much to do: it lowers the limit of those at work. */
export function saysOverload(status: number): boolean {
  return status === 429 || status === 503 || status === 504;
}
