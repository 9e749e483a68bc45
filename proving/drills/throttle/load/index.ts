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

type Reply = Exclude<FromWorker, { kind: 'samples' }>;

export function startThrottleLoad(options: ThrottleLoadOptions): RunningThrottleLoad {
  const file = `worker${path.extname(import.meta.filename)}`;
  const worker = new Worker(new URL(file, import.meta.url), { workerData: options });
  const samples: ThrottleSample[] = [];
  /** One question at a time: its reply comes before the next is asked. */
  let settle: { resolve(reply: Reply): void; reject(error: Error): void } | null = null;
  let ended: Error | null = null;
  const end = (error: Error): void => {
    ended ??= error;
    settle?.reject(ended);
  };
  worker.on('message', (message: FromWorker) => {
    if (message.kind === 'samples') samples.push(...message.samples);
    else settle?.resolve(message);
  });
  worker.once('error', (error) => end(error as Error));
  worker.once('exit', () => end(new Error('the load has ended')));
  async function ask<Kind extends Reply['kind']>(
    message: ToWorker,
    kind: Kind,
  ): Promise<Extract<Reply, { kind: Kind }>> {
    if (ended) throw ended;
    const reply = await new Promise<Reply>((resolve, reject) => {
      settle = { resolve, reject };
      worker.postMessage(message);
    });
    if (reply.kind !== kind) throw new Error(`the load replied ${reply.kind} to ${message.kind}`);
    return reply as Extract<Reply, { kind: Kind }>;
  }
  return {
    samples,
    prepare: async (streams) => void (await ask({ kind: 'prepare', streams }, 'prepared')),
    begin: async ({ name, streams }) => (await ask({ kind: 'begin', name, streams }, 'begun')).at,
    stop: async () => {
      const { lagMsMax } = await ask({ kind: 'stop' }, 'stopped');
      await worker.terminate();
      return { lagMsMax };
    },
  };
}
