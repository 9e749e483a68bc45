/** When a place is given back whose request came over HTTP: when the work for it has ended, heard or not. */

import type { ServerResponse } from 'node:http';
import { saysOverload } from './http-answer.ts';
import type { Pass } from './throttle.ts';

/** Work that nobody waits for and that never answers gives its place back after this time, in ms. */
const ABANDONED_MS_MAX = 5000;

/**
 * Gives the place back when the response is over. False where it is over already, because the client went away while
 * its request waited: nobody hears the answer, so there is nothing to do for it.
 *
 * A client that goes away in the middle does not end the work. Its place is taken until the handler answers: were it
 * given back at once, impatient clients would let in more than the limit.
 */
export function isHeard(response: ServerResponse, pass: Pass): boolean {
  if (response.closed) {
    pass.done();
    return false;
  }
  const leave = (): void => pass.done({ dropped: saysOverload(response.statusCode) });
  response.once('close', () => {
    // A stream that has begun ends with its client: whoever writes to it finds it closed.
    if (response.writableEnded || response.headersSent) leave();
    else whenAnswered(response, leave);
  });
  return true;
}

/** A response whose client is gone tells nobody when it is ended. */
function whenAnswered(response: ServerResponse, leave: () => void): void {
  const timer = setTimeout(leave, ABANDONED_MS_MAX).unref();
  const end = response.end.bind(response) as (...args: unknown[]) => ServerResponse;
  response.end = ((...args: unknown[]) => {
    clearTimeout(timer);
    const ended = end(...args);
    leave();
    return ended;
  }) as ServerResponse['end'];
}
