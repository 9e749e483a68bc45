/** One attempt of one request over a pool of connections to one address. */

import type { Dispatcher } from 'undici';
import { now, type Answer } from '../../load/client.ts';

export interface Attempt extends Answer {
  /** False while nothing of it can have left: no connection was made. Then it may be sent anywhere else. */
  readonly sent: boolean;
}

export interface Request {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** Sent as JSON. @default - no body */
  readonly body?: string;
}

/** Never rejects. @param until epoch ms, after which it is given up */
export function attempt(pool: Dispatcher, { method, path, body }: Request, until: number): Promise<Attempt> {
  return new Promise((resolve) => {
    let sent = false;
    let status = 0;
    let text = '';
    let controller: Dispatcher.DispatchController | null = null;
    let isOver = false;
    const decoder = new TextDecoder();
    const finish = (answer: Answer): void => {
      clearTimeout(timer);
      if (!isOver) resolve({ ...answer, sent });
      isOver = true;
    };
    const giveUp = (): void => {
      finish({ status: 0, body: '', error: 'no answer in time' });
      controller?.abort(new Error('given up'));
    };
    const timer = setTimeout(giveUp, Math.max(1, until - now()));
    const headers = body === undefined ? {} : { 'content-type': 'application/json' };
    pool.dispatch(
      { method, path, headers, body: body ?? null },
      {
        onRequestStart: (started) => {
          controller = started;
          if (isOver) started.abort(new Error('given up'));
          else sent = true;
        },
        onResponseStart: (_controller, code) => void (status = code),
        onResponseData: (_controller, chunk) => void (text += decoder.decode(chunk, { stream: true })),
        onResponseEnd: () => finish({ status, body: text, error: null }),
        onResponseError: (_controller, error) => finish({ status: 0, body: '', error: wordOf(error) }),
      },
    );
  });
}

/** `ECONNREFUSED`, `UND_ERR_SOCKET`: the same word for the same failure, whatever address it names. */
function wordOf(error: Error): string {
  const { code } = error as NodeJS.ErrnoException;
  return typeof code === 'string' ? code : error.message;
}
