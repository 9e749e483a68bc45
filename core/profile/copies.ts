/** Which copies a cache consists of, and how many shards each has. */

import { CACHE_NAMES, type CacheName } from '../naming.ts';
import { GUTTER_NODES } from './defaults.ts';
import type { NormalizedCache } from './normalized.ts';

export interface CacheCopy {
  readonly name: CacheName;
  readonly shards: number;
}

type Shape = Pick<NormalizedCache, 'shards' | 'redundancy' | 'gutter'>;

/** The copies that have shards, in the order of their names. Nothing without a cache. */
export function cacheCopies(cache: Shape | null): readonly CacheCopy[] {
  if (cache === null) return [];
  const shards: Readonly<Record<CacheName, number>> = {
    main: cache.shards,
    copy: cache.redundancy === 'double' ? cache.shards : 0,
    gutter: cache.gutter ? GUTTER_NODES : 0,
  };
  return CACHE_NAMES.map((name) => ({ name, shards: shards[name] })).filter((copy) => copy.shards > 0);
}
