/** Runs a load in its place of the read budget, for no longer than a load may take, and learns what it took. */

import type { Clock } from '../ports.ts';
import { saysTooMuch } from '../overload.ts';
import type { LoadPlace } from './budget.ts';
import { CacheError } from './errors.ts';
import type { LoadContext, ServedFrom } from './load-options.ts';

export interface Loaded<Value> {
  readonly value: Value;
  readonly from: ServedFrom;
  /** For how long it is fresh yet, 0 or less when it is past its time. @default - for its time to live */
  readonly freshMs?: number;
}

export type Served<Value> = Required<Loaded<Value>>;

export type Load<Value> = (context: LoadContext) => Promise<Loaded<Value>>;

export interface LoadRun<Value> {
  readonly load: Load<Value>;
  readonly context: LoadContext;
  readonly place: LoadPlace;
  /** Infinity for a load that has a limit of its own. */
  readonly loadMs: number;
}

/** Rejects with what the load rejected with. @throws CacheError `load-timed-out` */
export async function runLoad<Value>(clock: Clock, run: LoadRun<Value>): Promise<Loaded<Value>> {
  const { place, load, context, loadMs } = run;
  try {
    const loaded = await (loadMs === Number.POSITIVE_INFINITY ? load(context) : inTime(clock, run));
    place.end('loaded');
    return loaded;
  } catch (error) {
    place.end(saysTooMuch(error) ? 'dropped' : 'failed');
    throw error;
  }
}

function inTime<Value>(clock: Clock, { load, context, loadMs }: LoadRun<Value>): Promise<Loaded<Value>> {
  const tooLate = new AbortController();
  const signal = AbortSignal.any([context.signal, tooLate.signal]);
  return new Promise((resolve, reject) => {
    const cancel = clock.after(loadMs, () => {
      const error = new CacheError('load-timed-out', `the load did not end within ${loadMs} ms`);
      tooLate.abort(error);
      reject(error);
    });
    const started = (async () => load({ ...context, signal }))();
    started.then(resolve, reject).finally(cancel);
  });
}
