/** A load's thread from inside: it sends what it saw in batches, answers one question at a time, and ends when told. */

import { parentPort, workerData } from 'node:worker_threads';
import type { FromLoad } from './thread.ts';

export interface LoadGenerator {
  /** By how much a request left later than its schedule said, at most; in ms. */
  readonly lagMsMax: number;
  /** Sends nothing more and waits for what is under way. */
  stop(): Promise<void>;
}

const BATCH_MS = 200;

/** How a thread makes its generator, and what that does when it is asked something. */
export interface Serving<Options, Sample, Generator extends LoadGenerator, Ask, Reply> {
  make(options: Options, sink: (sample: Sample) => void): Generator;
  answer(generator: Generator, ask: Ask): Promise<Reply>;
}

/** Makes the generator from the thread's data and serves it until `stop`. What was seen is sent before each reply. */
export function serveLoad<
  Options,
  Sample,
  Generator extends LoadGenerator,
  Ask extends { readonly kind: string },
  Reply extends { readonly kind: string },
>({ make, answer }: Serving<Options, Sample, Generator, Ask, Reply>): void {
  let batch: Sample[] = [];
  const generator = make(workerData as Options, (sample) => batch.push(sample));
  const post = (message: FromLoad<Sample, Reply>): void => parentPort?.postMessage(message);
  const flush = (): void => {
    if (batch.length > 0) post({ kind: 'samples', samples: batch });
    batch = [];
  };
  const timer = setInterval(flush, BATCH_MS);
  const reply = async (ask: Ask): Promise<void> => {
    const said = await answer(generator, ask);
    flush();
    post(said);
  };
  const stop = async (): Promise<void> => {
    await generator.stop();
    clearInterval(timer);
    flush();
    post({ kind: 'stopped', lagMsMax: generator.lagMsMax });
    parentPort?.close();
  };
  parentPort?.on('message', (message: Ask) => void (message.kind === 'stop' ? stop() : reply(message)));
}
