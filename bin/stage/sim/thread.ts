/** A thread that runs its share of the simulations and posts each result. */

import { parentPort, workerData } from 'node:worker_threads';
import { runShare, type Share } from './work.ts';

const port = parentPort!;
const stopped = { aborted: false };
port.on('message', () => {
  stopped.aborted = true;
});
await runShare(workerData as Share, stopped, (task) => port.postMessage(task));
port.close();
