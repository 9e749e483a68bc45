/** The load runs in a thread of its own, so that nothing else in the process delays its schedule. */

import { parentPort, workerData } from 'node:worker_threads';
import type { Sample } from '../model.ts';
import { Generator, type LoadOptions } from './generator.ts';

const BATCH_MS = 200;

let batch: Sample[] = [];
const generator = new Generator(workerData as LoadOptions, (sample) => batch.push(sample));

function flush(): void {
  if (batch.length > 0) parentPort?.postMessage({ samples: batch });
  batch = [];
}

const timer = setInterval(flush, BATCH_MS);
parentPort?.once('message', () => void finish());

async function finish(): Promise<void> {
  await generator.stop();
  clearInterval(timer);
  flush();
  parentPort?.postMessage({ lagMsMax: generator.lagMsMax });
  parentPort?.close();
}

generator.start();
