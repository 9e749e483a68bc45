/** The load runs in a thread of its own, so that nothing else in the process delays its schedule. */

import { parentPort, workerData } from 'node:worker_threads';
import type { ThrottleSample } from '../model.ts';
import { ThrottleGenerator, type ThrottleLoadOptions } from './generator.ts';
import type { FromWorker, ToWorker } from './messages.ts';

const BATCH_MS = 200;

let batch: ThrottleSample[] = [];
const generator = new ThrottleGenerator(workerData as ThrottleLoadOptions, (sample) => batch.push(sample));

function post(message: FromWorker): void {
  parentPort?.postMessage(message);
}

function flush(): void {
  if (batch.length > 0) post({ kind: 'samples', samples: batch });
  batch = [];
}

const timer = setInterval(flush, BATCH_MS);
parentPort?.on('message', (message: ToWorker) => void obey(message));

async function obey(message: ToWorker): Promise<void> {
  switch (message.kind) {
    case 'prepare':
      await generator.prepare(message.streams);
      post({ kind: 'prepared' });
      return;
    case 'begin':
      post({ kind: 'begun', at: generator.begin(message) });
      return;
    case 'stop':
      await generator.stop();
      clearInterval(timer);
      flush();
      post({ kind: 'stopped', lagMsMax: generator.lagMsMax });
      parentPort?.close();
  }
}
