/** The nodes of the cache as the place tells them. */

import { UnderstudyError } from '../../../core/errors.ts';
import { now } from '../load/index.ts';
import type { CacheNode } from '../model.ts';
import { pause } from '../pause.ts';
import type { DrillPlace } from '../ports.ts';
import { answers } from './plain-cache.ts';

const POLL_MS = 20;
const ANSWER_MS_MAX = 1000;

/** Of the main copy, in the order of the shards. @throws UnderstudyError `no-cache` */
export async function mainNodes(place: DrillPlace): Promise<readonly CacheNode[]> {
  const nodes = (await place.cacheNodes()).filter(({ cache }) => cache === 'main');
  if (nodes.length > 0) return nodes.toSorted((a, b) => a.shard - b.shard);
  throw new UnderstudyError(
    'The environment has no cache to break. Fix: deploy one whose profile has tiers.cache.',
    { code: 'no-cache', advice: 'give-up' },
  );
}

/** Those of the dead nodes that are there again as other processes and answer, as they are now. */
export async function nodesBack(
  place: DrillPlace,
  dead: readonly CacheNode[],
  { untilMs, signal }: { readonly untilMs: number; readonly signal: AbortSignal },
): Promise<readonly CacheNode[]> {
  let back: readonly CacheNode[] = [];
  while (back.length < dead.length && now() < untilMs) {
    const nodes = await mainNodes(place);
    const others = nodes.filter((node) =>
      dead.some(({ id, pid }) => id === node.id && pid !== node.pid && node.pid !== 0),
    );
    const answered = await Promise.all(
      others.map((node) => answers(place, node, { timeoutMs: ANSWER_MS_MAX })),
    );
    back = others.filter((_, n) => answered[n]);
    if (back.length < dead.length) await pause(POLL_MS, signal);
  }
  return back;
}
