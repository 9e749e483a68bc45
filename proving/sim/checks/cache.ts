/** What the checkers of the cache share: new events, and how long nothing has been wrong. */

import type { CacheEvent } from '../cache/index.ts';
import type { SimView } from '../model.ts';
import { newcomers } from './checker.ts';

/** Looks at each event once; nothing where nothing is cached. */
export function newEvents(): (view: SimView) => readonly CacheEvent[] {
  const added = newcomers<CacheEvent>();
  return ({ cache }) => (cache === null ? [] : added(cache.events));
}

/** What a fault leaves behind, such as closed shards and processes that start, is over by then, or can be seen. */
const AFTERMATH_MS = 15_000;

/** No fault is or has just been in force, and every process serves hits of every shard. */
export function isCalm({ cache, faults, now }: SimView): boolean {
  if (cache === null) return false;
  const isOver = faults.every(
    ({ from, until }) => from > now || (until !== null && until < now - AFTERMATH_MS),
  );
  if (!isOver) return false;
  const processes = cache.processes();
  return processes.length === cache.site.processes && processes.every(({ servesAll }) => servesAll);
}
