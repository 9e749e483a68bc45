/** A load's thread as the drill talks to it: one question at a time, and samples that come by themselves. */

import { Worker } from 'node:worker_threads';

/** What every load's thread sends. */
export type FromLoad<Sample, Reply extends { readonly kind: string }> =
  Reply | { readonly kind: 'samples'; readonly samples: readonly Sample[] };

export interface LoadThread<
  Sample,
  To extends { readonly kind: string },
  Reply extends { readonly kind: string },
> {
  /** Everything seen so far, in the order of completion. */
  readonly samples: readonly Sample[];
  /** Rejects when the thread has ended, or replies something else. */
  ask<Kind extends Reply['kind']>(message: To, kind: Kind): Promise<Extract<Reply, { readonly kind: Kind }>>;
  end(): Promise<void>;
}

/** @param file the worker, which posts `FromLoad` and hears `To` */
export function startLoadThread<
  Sample,
  To extends { readonly kind: string },
  Reply extends { readonly kind: string },
>(file: URL, workerData: unknown): LoadThread<Sample, To, Reply> {
  const worker = new Worker(file, { workerData });
  const samples: Sample[] = [];
  /** One question at a time: its reply comes before the next is asked. */
  let settle: { resolve(reply: Reply): void; reject(error: Error): void } | null = null;
  let ended: Error | null = null;
  const end = (error: Error): void => {
    ended ??= error;
    settle?.reject(ended);
  };
  worker.on('message', (message: FromLoad<Sample, Reply>) => {
    if (isSamples(message)) samples.push(...message.samples);
    else settle?.resolve(message);
  });
  worker.once('error', (error) => end(error as Error));
  worker.once('exit', () => end(new Error('the load has ended')));
  return {
    samples,
    ask: async (message, kind) => {
      if (ended) throw ended;
      const reply = await new Promise<Reply>((resolve, reject) => {
        settle = { resolve, reject };
        worker.postMessage(message);
      });
      if (reply.kind !== kind) throw new Error(`the load replied ${reply.kind} to ${message.kind}`);
      return reply as Extract<Reply, { readonly kind: typeof kind }>;
    },
    end: async () => void (await worker.terminate()),
  };
}

function isSamples<Sample, Reply extends { readonly kind: string }>(
  message: FromLoad<Sample, Reply>,
): message is { readonly kind: 'samples'; readonly samples: readonly Sample[] } {
  return message.kind === 'samples';
}
