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

/**
 * Makes the generator from the thread's data and serves it until `stop`.
 * @param answer what the generator does when it is asked; the samples seen until then are sent before the reply
 */
export function serveLoad<
  Options,
  Sample,
  Generator extends LoadGenerator,
  Ask extends { readonly kind: string },
  Reply extends { readonly kind: string },
>(
  make: (options: Options, sink: (sample: Sample) => void) => Generator,
  answer: (generator: Generator, ask: Ask) => Promise<Reply>,
): void {
  let batch: Sample[] = [];
  const generator = make(workerData as Options, (sample) => batch.push(sample));
  const post = (message: FromLoad<Sample, Reply>): void => parentPort?.postMessage(message);
  const flush = (): void => {
    if (batch.length > 0) post({ kind: 'samples', samples: batch });
    batch = [];
  };
  const timer = setInterval(flush, BATCH_MS);
  const obey = async (message: Ask | { readonly kind: 'stop' }): Promise<void> => {
    if (!isStop(message)) {
      const reply = await answer(generator, message);
      flush();
      return post(reply);
    }
    await generator.stop();
    clearInterval(timer);
    flush();
    post({ kind: 'stopped', lagMsMax: generator.lagMsMax });
    parentPort?.close();
  };
  parentPort?.on('message', (message: Ask | { readonly kind: 'stop' }) => void obey(message));
}

function isStop<Ask extends { readonly kind: string }>(
  message: Ask | { readonly kind: 'stop' },
): message is { readonly kind: 'stop' } {
  return message.kind === 'stop';
}
