import type { ServerResponse } from 'node:http';
import { saysOverload } from './http-answer.ts';
import type { Pass } from './throttle.ts';

/**
 * Gives the place back when the response is over. False where it is over already, because the client went away while
 * its request waited: nobody hears the answer, so there is nothing to do for it.
 */
export function isHeard(response: ServerResponse, pass: Pass): boolean {
  if (response.closed) {
    pass.done();
    return false;
  }
  response.once('close', () => pass.done({ dropped: saysOverload(response.statusCode) }));
  return true;
}
