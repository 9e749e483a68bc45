/** The load runs in a thread of its own, so that nothing else in the process delays its schedule. */

import { parentPort, workerData } from 'node:worker_threads';
import { now } from '../../load/client.ts';
import type { CacheSample } from '../model.ts';
import { CacheGenerator, type CacheLoadOptions } from './generator.ts';
import type { FromWorker, ToWorker } from './messages.ts';

const BATCH_MS = 200;

let batch: CacheSample[] = [];
const generator = new CacheGenerator(workerData as CacheLoadOptions, (sample) => batch.push(sample));

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
    case 'visit':
      post({ kind: 'visited', visits: await generator.visit(message.products) });
      return;
    case 'begin':
      post({ kind: 'begun', at: generator.begin(message) });
      return;
    case 'pause':
      await generator.pause();
      flush();
      post({ kind: 'paused', at: now() });
      return;
    case 'stop':
      await generator.stop();
      clearInterval(timer);
      flush();
      post({ kind: 'stopped', lagMsMax: generator.lagMsMax });
      parentPort?.close();
  }
}
