/** The throttle in front of Node's own server, Express and whatever else takes `(request, response, next)`. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { decide, headersFor, type Identify } from './decide.ts';
import { isHeard } from './heard.ts';
import type { Throttle } from './throttle.ts';

type Proceed = (error?: unknown) => void;

/** For Express, Connect and Node: `(request, response, next)`. */
export function throttleMiddleware<Request extends IncomingMessage>(
  throttle: Throttle,
  identify: Identify<Request>,
): (request: Request, response: ServerResponse, proceed: Proceed) => void {
  /** True when the request may go on; else it is answered. */
  const admit = async (request: Request, response: ServerResponse): Promise<boolean> => {
    const incoming = await identify(request);
    const decision = await decide(throttle, incoming);
    for (const [name, value] of Object.entries(headersFor(throttle, incoming))) {
      response.setHeader(name, value);
    }
    if ('answer' in decision) {
      const { status, headers, body } = decision.answer;
      response.writeHead(status, headers).end(body);
      return false;
    }
    return isHeard(response, decision.pass);
  };
  return (request, response, proceed) =>
    void admit(request, response).then(
      (isAdmitted) => isAdmitted && proceed(),
      (error: unknown) => proceed(error),
    );
}

/**
 * For Node's `http.createServer`. A handler that throws, or whose promise is rejected, is answered with 500 where
 * nothing was sent yet; the error goes where Node's own server sends it, to the process.
 */
export function throttleHandler<Request extends IncomingMessage>(
  throttle: Throttle,
  identify: Identify<Request>,
  handler: (request: Request, response: ServerResponse) => void | Promise<void>,
): (request: Request, response: ServerResponse) => void {
  const middleware = throttleMiddleware(throttle, identify);
  const run = async (request: Request, response: ServerResponse): Promise<void> => {
    try {
      await handler(request, response);
    } catch (error) {
      fail(response);
      queueMicrotask(() => {
        throw error;
      });
    }
  };
  return (request, response) =>
    middleware(request, response, (error) => {
      if (error === undefined) void run(request, response);
      else fail(response);
    });
}

function fail(response: ServerResponse): void {
  if (response.headersSent) response.destroy();
  else response.writeHead(500).end();
}
