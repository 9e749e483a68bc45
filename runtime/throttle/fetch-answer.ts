/** When a place is given back whose handler answered with a `Response`: when its body is out, or nobody reads it. */

import { saysOverload } from './http-answer.ts';
import type { Pass } from './throttle.ts';

export interface Answering {
  readonly request: Request;
  /** Headers to be told. */
  readonly limits: Readonly<Record<string, string>>;
  readonly pass: Pass;
}

/** A body that nobody has begun to read after this time, in ms, is taken for dropped on the way. */
const UNREAD_MS_MAX = 5000;

/** The handler's response with the headers of the limit. Its own may be immutable, as those that `fetch` returned are. */
export function answeredBy(response: Response, { request, limits, pass }: Answering): Response {
  const { status, statusText } = response;
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(limits)) headers.set(name, value);
  const leave = (): void => pass.done({ dropped: saysOverload(status) });
  const init = { status, statusText, headers };
  // The body of an answer to HEAD is dropped by whoever sends it, unread.
  if (response.body === null || request.method === 'HEAD' || request.signal.aborted) {
    leave();
    return new Response(response.body, init);
  }
  return new Response(untilRead(response.body, request.signal, leave), init);
}

/** The same stream; calls `leave` once, when it has ended, failed or was given up. */
function untilRead(
  body: ReadableStream<Uint8Array>,
  gone: AbortSignal,
  leave: () => void,
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  const unread = setTimeout(leave, UNREAD_MS_MAX).unref();
  const end = (): void => {
    clearTimeout(unread);
    gone.removeEventListener('abort', end);
    leave();
  };
  gone.addEventListener('abort', end, { once: true });
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        clearTimeout(unread);
        try {
          const { done, value } = await reader.read();
          if (!done) return controller.enqueue(value);
          controller.close();
        } catch (error) {
          controller.error(error);
        }
        end();
      },
      cancel(reason) {
        end();
        return reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
}
