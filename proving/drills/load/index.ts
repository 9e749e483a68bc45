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
/**
 * Through the door a request passes six processes instead of one, some 6 ms of processor time in all: more would
 * measure the two cores that everything shares, and no part of the system.
 */
export const DOOR_LOAD = { ...DEFAULT_LOAD, readsPerS: 60, writesPerS: 30 } as const;
/** What a sandbox is kept busy with while nobody measures it. */
export const BASE_LOAD = { ...DEFAULT_LOAD, readsPerS: 20, writesPerS: 10 } as const;

interface Rates {
  readonly readsPerS: number;
  readonly writesPerS: number;
}

/** The rates at a share of the load, in per cent. */
export function atShare<R extends Rates>(rates: R, loadPct = 100): R {
  const share = loadPct / 100;
  return { ...rates, readsPerS: rates.readsPerS * share, writesPerS: rates.writesPerS * share };
}

export function startLoad(options: Omit<WholeLoad, 'tag'>): RunningLoad {
  const tag = newTag();
  const data: WholeLoad = { ...options, tag };
  const { samples, onBatch, stop } = startLoadThread<Sample, never, never>(import.meta, data);
  return { tag, samples, onBatch, stop };
}
