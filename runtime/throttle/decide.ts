/** What every HTTP adapter does: who asks, may they, and what they are told. */

import { Refused } from './errors.ts';
import { rateLimitHeaders, refusalAnswer, type HttpAnswer } from './http-answer.ts';
import type { Incoming, Pass, Throttle } from './throttle.ts';

/**
 * Says who asks. It must verify what it says, e.g. a signed token; what cannot be verified is `ANONYMOUS`, one
 * caller for all of them.
 */
export type Identify<Request> = (request: Request) => Incoming | Promise<Incoming>;

export const ANONYMOUS: Incoming = { caller: 'anonymous' };

export type Decision = { readonly pass: Pass } | { readonly answer: HttpAnswer };

export async function decide(throttle: Throttle, incoming: Incoming): Promise<Decision> {
  try {
    return { pass: await throttle.enter(incoming) };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { answer: refusalAnswer(error.refusal) };
  }
}

export function headersFor(throttle: Throttle, { caller }: Incoming): Readonly<Record<string, string>> {
  return rateLimitHeaders(throttle.limitOf(caller), throttle.remaining(caller));
}
