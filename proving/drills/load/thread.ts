/** A load's thread as the drill talks to it: one question at a time, and samples that come by themselves. */

import path from 'node:path';
import { Worker } from 'node:worker_threads';

/** How every load ends. */
export interface Stopped {
  readonly kind: 'stopped';
  readonly lagMsMax: number;
}

/** What every load's thread sends. */
export type FromLoad<Sample, Reply extends { readonly kind: string }> =
  Reply | Stopped | { readonly kind: 'samples'; readonly samples: readonly Sample[] };

type ReplyOf<Reply extends { readonly kind: string }, Kind> = Extract<Reply, { readonly kind: Kind }>;

export interface LoadThread<
  Sample,
  Ask extends { readonly kind: string },
  Reply extends { readonly kind: string },
> {
  /** Everything seen so far, in the order of completion. */
  readonly samples: readonly Sample[];
  /** Called with each batch as it arrives. */
  onBatch(listener: (batch: readonly Sample[]) => void): void;
  /** Rejects when the thread has ended, or replies something else. */
  ask<Kind extends Reply['kind']>(message: Ask, kind: Kind): Promise<ReplyOf<Reply, Kind>>;
  /** Stops sending, waits for the answers under way, ends the thread whatever happens. */
  stop(): Promise<{ lagMsMax: number }>;
}

/**
 * Starts the file `worker` that stands beside the caller's own, which serves its load by `worker-frame.ts`.
 * @param caller its `import.meta`
 */
export function startLoadThread<
  Sample,
  Ask extends { readonly kind: string },
  Reply extends { readonly kind: string },
>(
  caller: { readonly url: string; readonly filename: string },
  data: unknown,
): LoadThread<Sample, Ask, Reply> {
  const file = new URL(`worker${path.extname(caller.filename)}`, caller.url);
  const worker = new Worker(file, { workerData: data });
  const samples: Sample[] = [];
  const listeners: ((batch: readonly Sample[]) => void)[] = [];
  /** One question at a time: its reply comes before the next is asked. */
  let settle: { resolve(reply: Reply | Stopped): void; reject(error: Error): void } | null = null;
  let ended: Error | null = null;
  const end = (error: Error): void => {
    ended ??= error;
    settle?.reject(ended);
  };
  worker.on('message', (message: FromLoad<Sample, Reply>) => {
    if (!isSamples(message)) return settle?.resolve(message);
    samples.push(...message.samples);
    for (const listener of listeners) listener(message.samples);
  });
  worker.once('error', (error) => end(error as Error));
  worker.once('exit', () => end(new Error('the load has ended')));

  async function exchange(message: { readonly kind: string }, kind: string): Promise<Reply | Stopped> {
    if (ended) throw ended;
    const reply = await new Promise<Reply | Stopped>((resolve, reject) => {
      settle = { resolve, reject };
      worker.postMessage(message);
    });
    if (reply.kind !== kind) throw new Error(`the load replied ${reply.kind} to ${message.kind}`);
    return reply;
  }
  return {
    samples,
    onBatch: (listener) => void listeners.push(listener),
    ask: async (message, kind) => (await exchange(message, kind)) as ReplyOf<Reply, typeof kind>,
    stop: async () => {
      try {
        const { lagMsMax } = (await exchange({ kind: 'stop' }, 'stopped')) as Stopped;
        return { lagMsMax };
      } finally {
        await worker.terminate();
      }
    },
  };
}

function isSamples<Sample, Reply extends { readonly kind: string }>(
  message: FromLoad<Sample, Reply>,
): message is { readonly kind: 'samples'; readonly samples: readonly Sample[] } {
  return message.kind === 'samples';
}
