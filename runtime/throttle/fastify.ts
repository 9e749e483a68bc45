/** The throttle in front of Fastify, typed by what it uses of it. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { decide, headersFor, type Identify } from './decide.ts';
import { isHeard } from './heard.ts';
import type { Throttle } from './throttle.ts';

export interface FastifyReplyLike {
  readonly raw: ServerResponse;
  code(status: number): FastifyReplyLike;
  headers(values: Readonly<Record<string, string>>): FastifyReplyLike;
  send(body?: unknown): FastifyReplyLike;
}

export type FastifyHook = (
  request: { readonly raw: IncomingMessage },
  reply: FastifyReplyLike,
) => Promise<unknown>;

/** `app.addHook('onRequest', throttleFastify(throttle, identify))`, before the routes. */
export function throttleFastify(throttle: Throttle, identify: Identify<IncomingMessage>): FastifyHook {
  return async ({ raw }, reply) => {
    const incoming = await identify(raw);
    const decision = await decide(throttle, incoming);
    reply.headers(headersFor(throttle, incoming));
    if ('answer' in decision) {
      const { status, headers, body } = decision.answer;
      return reply.code(status).headers(headers).send(body);
    }
    return isHeard(reply.raw, decision.pass) ? undefined : reply;
  };
}
