/** Starts the load of many callers in its thread and collects what it saw. */

import { startLoadThread } from '../../load/thread.ts';
import type { Phase, Stream, ThrottleSample } from '../model.ts';
import type { ThrottleLoadOptions } from './generator.ts';
import type { Ask, Reply } from './messages.ts';

export type { ThrottleLoadOptions } from './generator.ts';

export interface RunningThrottleLoad {
  /** Everything seen so far, in the order of completion. */
  readonly samples: readonly ThrottleSample[];
  /** Signs the tokens of streams that come later. */
  prepare(streams: readonly Stream[]): Promise<void>;
  /** Sends these streams from now on. Resolves with when that was, epoch ms. */
  begin(phase: Pick<Phase, 'name' | 'streams'>): Promise<number>;
  /** Stops sending, waits for the answers under way, ends the thread. */
  stop(): Promise<{ lagMsMax: number }>;
}

export function startThrottleLoad(options: ThrottleLoadOptions): RunningThrottleLoad {
  const thread = startLoadThread<ThrottleSample, Ask, Reply>(import.meta, options);
  return {
    samples: thread.samples,
    prepare: async (streams) => void (await thread.ask({ kind: 'prepare', streams }, 'prepared')),
    begin: async ({ name, streams }) => (await thread.ask({ kind: 'begin', name, streams }, 'begun')).at,
    stop: thread.stop,
  };
}
