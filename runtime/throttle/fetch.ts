/** The throttle in front of handlers of the Fetch API: Hono, and whatever takes a `Request` and gives a `Response`. */

import { decide, headersFor, type Identify } from './decide.ts';
import { answeredBy } from './fetch-answer.ts';
import type { Throttle } from './throttle.ts';

export type FetchHandler = (request: Request) => Response | Promise<Response>;

/** For a client that went away while its request waited: no status of HTTP, and nobody reads it. */
const CLIENT_GONE = 499;

export function throttleFetch(
  throttle: Throttle,
  identify: Identify<Request>,
  handler: FetchHandler,
): (request: Request) => Promise<Response> {
  return async (request) => {
    const incoming = await identify(request);
    const decision = await decide(throttle, incoming);
    const limits = headersFor(throttle, incoming);
    if ('answer' in decision) {
      const { status, headers, body } = decision.answer;
      return new Response(body, { status, headers: { ...limits, ...headers } });
    }
    const { pass } = decision;
    if (request.signal.aborted) {
      pass.done();
      return new Response(null, { status: CLIENT_GONE });
    }
    let response: Response;
    try {
      response = await handler(request);
    } catch (error) {
      pass.done();
      throw error;
    }
    return answeredBy(response, { request, limits, pass });
  };
}

interface HonoContextLike {
  readonly req: { readonly raw: Request };
  res: Response;
}

/** For Hono: `app.use(throttleHono(throttle, identify))`, before the routes. */
export function throttleHono(
  throttle: Throttle,
  identify: Identify<Request>,
): (context: HonoContextLike, next: () => Promise<void>) => Promise<Response | undefined> {
  return async (context, next) => {
    let isServed = false;
    const serve = throttleFetch(throttle, identify, async () => {
      await next();
      isServed = true;
      return context.res;
    });
    const response = await serve(context.req.raw);
    if (!isServed) return response;
    context.res = response;
    return undefined;
  };
}
