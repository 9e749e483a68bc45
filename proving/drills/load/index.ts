/** Starts the load in its thread and collects what it saw. */

import type { Sample } from '../model.ts';
import { newTag } from './generator.ts';
import { startLoadThread } from './thread.ts';
import type { WholeLoad } from './whole-load.ts';

export { now } from './client.ts';
export type { WholeLoad } from './whole-load.ts';

export interface RunningLoad {
  readonly tag: string;
  /** Everything seen so far, in the order of completion. */
  readonly samples: readonly Sample[];
  /** Called with each batch as it arrives. */
  onBatch(listener: (batch: readonly Sample[]) => void): void;
  /** Stops sending, waits for the answers under way, ends the thread. */
  stop(): Promise<{ lagMsMax: number }>;
}

export const DEFAULT_LOAD = { readsPerS: 200, writesPerS: 100, products: 1000 } as const;

export function startLoad(options: Omit<WholeLoad, 'tag'>): RunningLoad {
  const tag = newTag();
  const data: WholeLoad = { ...options, tag };
  const { samples, onBatch, stop } = startLoadThread<Sample, never, never>(import.meta, data);
  return { tag, samples, onBatch, stop };
}
