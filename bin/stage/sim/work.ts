/** Runs many simulations, here or in threads that share them, and hands each result on as it comes. */

import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { newCheckers, runSim, type SimOptions, type SimResult } from '../../../proving/sim/index.ts';

/** Plain data, so that a thread can be told of it. */
export type SimTask = Pick<SimOptions, 'seed' | 'mix' | 'controllers' | 'faults' | 'overrides' | 'throttled'>;

export interface DoneTask {
  /** Of the list of tasks. */
  readonly index: number;
  readonly result: SimResult;
  /** Wall time of this run on its core. */
  readonly ms: number;
}

export interface Share {
  readonly tasks: readonly SimTask[];
  /** This thread takes every `jobs`-th task, beginning with its own number. */
  readonly job: number;
  readonly jobs: number;
}

/** One task after the other; ends early, between two of them, when the signal says so. */
export async function runShare(
  { tasks, job, jobs }: Share,
  signal: { readonly aborted: boolean },
  done: (task: DoneTask) => void,
): Promise<void> {
  for (let index = job; index < tasks.length && !signal.aborted; index += jobs) {
    const started = performance.now();
    const result = await runSim({ ...tasks[index]!, checkers: newCheckers() });
    done({ index, result, ms: performance.now() - started });
  }
}

/** Resolves when all tasks are run, or when the signal has ended the work early. Rejects when a thread fails. */
export async function runTasks(
  tasks: readonly SimTask[],
  options: { readonly jobs: number; readonly signal: AbortSignal },
  done: (task: DoneTask) => void,
): Promise<void> {
  const jobs = Math.min(options.jobs, tasks.length);
  if (jobs <= 1) return runShare({ tasks, job: 0, jobs: 1 }, options.signal, done);
  const threads = Array.from({ length: jobs }, (_, job) =>
    runThread({ tasks, job, jobs }, options.signal, done),
  );
  await Promise.all(threads);
}

function runThread(share: Share, signal: AbortSignal, done: (task: DoneTask) => void): Promise<void> {
  const file = `thread${path.extname(import.meta.filename)}`;
  const worker = new Worker(new URL(file, import.meta.url), { workerData: share });
  const stop = (): void => worker.postMessage('stop');
  signal.addEventListener('abort', stop, { once: true });
  worker.on('message', done);
  return new Promise<void>((resolve, reject) => {
    worker.once('error', reject);
    worker.once('exit', () => {
      signal.removeEventListener('abort', stop);
      resolve();
    });
  });
}
