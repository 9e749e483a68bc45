/** Asks the public endpoint from outside, as a client would. */

import { edgeHealth, isAnswered } from '../../core/front/index.ts';
import type { EdgeMemory } from '../../core/state/front-items.ts';
import type { EdgeThresholds } from '../../core/thresholds/edge.ts';
import type { RecoveryPorts } from './observe.ts';
import type { FrontSettings } from './settings.ts';

/** Between two requests that follow each other. */
const PAUSE_MS = 250;

/** Asks until the answers agree with what is called of it, or until that has changed. Bounded by the thresholds. */
export async function checkEdge(
  { edge, clock }: Pick<RecoveryPorts, 'edge' | 'clock'>,
  check: NonNullable<FrontSettings['check']>,
  { before, thresholds }: { readonly before: EdgeMemory; readonly thresholds: EdgeThresholds },
): Promise<EdgeMemory> {
  const tries = Math.max(thresholds['edge-unreachable-samples'], thresholds['edge-healthy-samples']);
  let memory = before;
  for (let asked = 1; asked <= tries; asked += 1) {
    const sample = await edge.ask({ ...check, timeoutMs: thresholds['edge-timeout-ms'] });
    memory = edgeHealth(memory, [sample], thresholds);
    if (memory.healthy === isAnswered(sample)) break;
    if (asked < tries) await clock.sleep(PAUSE_MS);
  }
  return memory;
}
