/** Asks the public endpoint from outside, as a client would. */

import { edgeHealth, isAnswered } from '../../core/front/index.ts';
import type { EdgeMemory } from '../../core/state/front-items.ts';
import type { EdgeThresholds } from '../../core/thresholds/edge.ts';
import type { RecoveryPorts } from './observe.ts';
import type { FrontSettings } from './settings.ts';

/** Between two requests that follow each other. */
const PAUSE_MS = 250;
/** Left over after the last answer for telling it and writing it down. */
const AFTERWARDS_MS = 4000;

export interface EdgeCheck {
  readonly before: EdgeMemory;
  readonly thresholds: EdgeThresholds;
  /** Milliseconds until the function's hard time-out. */
  readonly remainingMs: () => number;
}

/**
 * Asks until the answers agree with what is called of it, or until that has changed. Bounded by the thresholds and by
 * the time that is left: what is missing then is asked in the next run, which goes on counting.
 * @returns null where no time was left to ask once
 */
export async function checkEdge(
  { edge, clock }: Pick<RecoveryPorts, 'edge' | 'clock'>,
  check: NonNullable<FrontSettings['check']>,
  { before, thresholds, remainingMs }: EdgeCheck,
): Promise<EdgeMemory | null> {
  const tries = Math.max(thresholds['edge-unreachable-samples'], thresholds['edge-healthy-samples']);
  const timeoutMs = thresholds['edge-timeout-ms'];
  let memory: EdgeMemory | null = null;
  for (let asked = 0; asked < tries; asked += 1) {
    if (remainingMs() < PAUSE_MS + timeoutMs + AFTERWARDS_MS) break;
    if (asked > 0) await clock.sleep(PAUSE_MS);
    const sample = await edge.ask({ ...check, timeoutMs });
    memory = edgeHealth(memory ?? before, [sample], thresholds);
    if (memory.healthy === isAnswered(sample)) break;
  }
  return memory;
}
