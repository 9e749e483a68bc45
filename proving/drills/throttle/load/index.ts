/** Starts the load of many callers in its thread and collects what it saw. */

import path from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Phase, Stream, ThrottleSample } from '../model.ts';
import type { ThrottleLoadOptions } from './generator.ts';
import type { FromWorker, ToWorker } from './messages.ts';

export type { ThrottleLoadOptions } from './generator.ts';

export interface RunningThrottleLoad {
  /** Everything seen so far, in the order of completion. */
  readonly samples: readonly ThrottleSample[];
  /** Signs the tokens of streams that come later. */
  prepare(streams: readonly Stream[]): Promise<void>;
  /** Sends these streams from now on. Resolves with when that was, epoch ms. */
  begin(phase: Pick<Phase, 'name' | 'streams'>): Promise<number>;
  /** Stops sending, waits for the answers under way, ends the thread. */
  stop(): Promise<{ lagMsMax: number }>;
}

export function startThrottleLoad(options: ThrottleLoadOptions): RunningThrottleLoad {
  const file = `worker${path.extname(import.meta.filename)}`;
  const worker = new Worker(new URL(file, import.meta.url), { workerData: options });
  const samples: ThrottleSample[] = [];
  /** One question at a time: its answer comes before the next is asked. */
  let settle: { resolve(answer: FromWorker): void; reject(error: Error): void } | null = null;
  let failure: Error | null = null;
  worker.on('message', (message: FromWorker) => {
    if (message.kind === 'samples') samples.push(...message.samples);
    else settle?.resolve(message);
  });
  worker.on('error', (error) => {
    failure = error as Error;
    settle?.reject(failure);
  });
  const ask = (message: ToWorker): Promise<FromWorker> =>
    new Promise((resolve, reject) => {
      if (failure) return reject(failure);
      settle = { resolve, reject };
      worker.postMessage(message);
    });
  return {
    samples,
    prepare: async (streams) => void (await ask({ kind: 'prepare', streams })),
    begin: async ({ name, streams }) => {
      const answer = await ask({ kind: 'begin', name, streams });
      return answer.kind === 'begun' ? answer.at : Number.NaN;
    },
    stop: async () => {
      const answer = await ask({ kind: 'stop' });
      await worker.terminate();
      return { lagMsMax: answer.kind === 'stopped' ? answer.lagMsMax : 0 };
    },
  };
}
