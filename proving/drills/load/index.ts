/** Starts the load in its thread and collects what it saw. */

import path from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Sample } from '../model.ts';
import { newTag, type LoadOptions } from './generator.ts';

export { now } from './client.ts';
export type { LoadOptions } from './generator.ts';

export interface RunningLoad {
  readonly tag: string;
  /** Everything seen so far, in the order of completion. */
  readonly samples: readonly Sample[];
  /** Called with each batch as it arrives. */
  onBatch(listener: (batch: readonly Sample[]) => void): void;
  /** Stops sending, waits for the answers under way, ends the thread. */
  stop(): Promise<{ lagMsMax: number }>;
}

export const DEFAULT_LOAD = { readsPerS: 200, writesPerS: 100, products: 1000 } as const;

type Message = { readonly samples: Sample[] } | { readonly lagMsMax: number };

export function startLoad(options: Omit<LoadOptions, 'tag'>): RunningLoad {
  const tag = newTag();
  const file = `worker${path.extname(import.meta.filename)}`;
  const worker = new Worker(new URL(file, import.meta.url), {
    workerData: { ...options, tag } satisfies LoadOptions,
  });
  const samples: Sample[] = [];
  const listeners: ((batch: readonly Sample[]) => void)[] = [];
  const done = new Promise<{ lagMsMax: number }>((resolve, reject) => {
    worker.on('message', (message: Message) => {
      if ('lagMsMax' in message) return resolve(message);
      samples.push(...message.samples);
      for (const listener of listeners) listener(message.samples);
    });
    worker.once('error', reject);
  });
  return {
    tag,
    samples,
    onBatch: (listener) => void listeners.push(listener),
    stop: async () => {
      worker.postMessage('stop');
      const result = await done;
      await worker.terminate();
      return result;
    },
  };
}
