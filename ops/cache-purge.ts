/** Purges every shard that a phase of the growth names, request by request. */

import type { PurgeAnswer, PurgeCursor } from '../core/cache/growth/index.ts';
import type { Purge } from '../core/cache/protocol/index.ts';
import type { GrowthPorts } from './cache-growth.ts';

/** A shard that does not serve is asked again after so long. */
const RETRY_MS = 1000;
/** Shards that are purged at a time. */
const AT_ONCE = 4;

export interface Purged {
  /** False when the ring has moved meanwhile, or the operator gave up: then the next look says what to do. */
  readonly isDone: boolean;
  readonly deleted: number;
}

export async function purgeAll(
  ports: GrowthPorts,
  options: { readonly epoch: number; readonly purges: readonly Purge[]; readonly signal: AbortSignal },
): Promise<Purged> {
  const left = [...options.purges];
  let isDone = true;
  let deleted = 0;
  const work = async (): Promise<void> => {
    for (let purge = left.shift(); purge && isDone; purge = left.shift()) {
      const purged = await purgeOne(ports, purge, options);
      isDone &&= purged.isDone;
      deleted += purged.deleted;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return { isDone, deleted };
}

/** Every request comes further, or waits for the shard as long as the operator does. */
async function purgeOne(
  { front, clock, say }: GrowthPorts,
  purge: Purge,
  { epoch, signal }: { readonly epoch: number; readonly signal: AbortSignal },
): Promise<Purged> {
  let cursor: PurgeCursor | null = null;
  let deleted = 0;
  let waits = 0;
  while (!signal.aborted) {
    const answer: PurgeAnswer = await front.purge({ epoch, purge, cursor });
    cursor = answer.cursor;
    deleted += answer.deleted;
    if (answer.state === 'done') return { isDone: true, deleted };
    if (answer.state === 'moved') break;
    if (answer.state === 'going') continue;
    waits += 1;
    if (waits === 1) say(`waiting for shard ${purge.shard}: it does not serve, so it cannot be purged`);
    await clock.sleep(RETRY_MS);
  }
  return { isDone: false, deleted };
}
