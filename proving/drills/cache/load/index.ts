/** Starts the load on the catalogue in its thread and collects what it saw. */

import { startLoadThread } from '../../load/thread.ts';
import type { CacheSample } from '../model.ts';
import type { CacheLoadOptions } from './generator.ts';
import type { Aim, Ask, Reply } from './messages.ts';

export type { CacheLoadOptions } from './generator.ts';
export type { Aim } from './messages.ts';

export interface RunningCacheLoad {
  /** Everything that was sent on schedule so far, in the order of completion. */
  readonly samples: readonly CacheSample[];
  /** Reads each product once, until it is answered. Answers what it saw. */
  visit(products: readonly number[]): Promise<readonly CacheSample[]>;
  /** Sends to these products from now on. Resolves with when that was, epoch ms. */
  begin(aim: Aim): Promise<number>;
  /** Sends nothing more and waits for what is under way; `begin` goes on. */
  pause(): Promise<number>;
  /** As `pause`, and ends the thread. */
  stop(): Promise<{ lagMsMax: number }>;
}

export function startCacheLoad(options: CacheLoadOptions): RunningCacheLoad {
  const thread = startLoadThread<CacheSample, Ask, Reply>(import.meta, options);
  return {
    samples: thread.samples,
    visit: async (products) => (await thread.ask({ kind: 'visit', products }, 'visited')).visits,
    begin: async (aim) => (await thread.ask({ kind: 'begin', ...aim }, 'begun')).at,
    pause: async () => (await thread.ask({ kind: 'pause' }, 'paused')).at,
    stop: thread.stop,
  };
}
