/** How one fault of each kind that can befall the cache tier is drawn. */

import { RETURNS, WAYS } from './cache/index.ts';
import type { CacheFaultSpec } from './faults/cache-spec.ts';
import type { Random } from './kernel/index.ts';
import { spanOf, type DrawSite, type Lengths } from './mix-kinds.ts';

/** A site that has a cache. */
export interface CacheDraw {
  readonly random: Random;
  readonly shards: number;
  readonly processes: number;
  readonly from: number;
  readonly until: number;
}

export function cacheDraw({ cache, random, from, until }: DrawSite): CacheDraw | null {
  return cache && { shards: cache.shards, processes: cache.nodes.length, random, from, until };
}

const SHORT: Lengths = { min: 200, max: 8000 };
const LONG: Lengths = { min: 3000, max: 40_000 };

type Kind = readonly [name: string, count: number, draw: (draw: CacheDraw) => CacheFaultSpec];

/** Every kind, how often a seed has it at most, and how one is drawn. The name is its generator's own. */
export const CACHE_KINDS: readonly Kind[] = [
  [
    'shard dies',
    2,
    (draw) => ({ ...on('F-01', draw), shard: shardOf(draw), returns: draw.random.pick(RETURNS) }),
  ],
  [
    'process dies',
    1,
    (draw) => ({
      tier: 'cache',
      id: 'F-01',
      process: processOf(draw),
      when: 'at-once',
      from: momentOf(draw),
    }),
  ],
  [
    'process dies after a commit',
    2,
    (draw) => ({ ...on('F-01', draw), process: processOf(draw), when: 'committed' }),
  ],
  ['shard hangs', 3, (draw) => ({ ...on('F-02', draw), shard: shardOf(draw) })],
  ['process stops', 3, (draw) => ({ ...on('F-02', draw), process: processOf(draw) })],
  [
    'slow shard',
    1,
    (draw) => ({ ...on('F-03', draw), shard: shardOf(draw), ms: draw.random.between(5, 400) }),
  ],
  ['cut', 4, cut],
  ['lost packets', 1, (draw) => ({ ...on('F-11', draw), share: draw.random.pick([0.01, 0.1] as const) })],
  ['kept names', 1, keptNames],
  ['wrong date of a shard', 1, (draw) => ({ ...on('F-20', draw), shard: shardOf(draw), ms: offOf(draw) })],
  [
    'wrong date of a process',
    1,
    (draw) => ({ ...on('F-20', draw), process: processOf(draw), ms: offOf(draw) }),
  ],
  ['emptied', 1, emptied],
  [
    'two under one name',
    2,
    (draw) => ({
      ...on('F-41', draw),
      shard: shardOf(draw),
      returns: draw.random.pick(RETURNS),
      isBack: draw.random.chance(0.5),
    }),
  ],
];

function cut(draw: CacheDraw): CacheFaultSpec {
  const { random, processes } = draw;
  const some = Array.from({ length: processes }, (_, place) => place).filter(() => random.chance(0.4));
  return {
    ...on('F-07', draw),
    processes: some.length > 0 ? some : [processOf(draw)],
    shard: shardOf(draw),
    way: random.pick(WAYS),
  };
}

function emptied(draw: CacheDraw): CacheFaultSpec {
  const { random, shards } = draw;
  const all = Array.from({ length: shards }, (_, shard) => shard);
  const emptied = random.chance(0.5) ? all : [shardOf(draw)];
  return { tier: 'cache', id: 'F-28', shards: emptied, from: momentOf(draw) };
}

/** Kept for long, so that names change meanwhile. */
function keptNames(draw: CacheDraw): CacheFaultSpec {
  const { random, from, until } = draw;
  const span = spanOf({ from, until }, random, { min: 60_000, max: until - from });
  return { tier: 'cache', id: 'F-12', process: processOf(draw), ...span };
}

interface Begun<Id> {
  readonly tier: 'cache';
  readonly id: Id;
  readonly from: number;
  readonly until: number;
}

/** A fault that lasts for a while: often too short for anybody to notice, often not. */
function on<Id extends CacheFaultSpec['id']>(id: Id, { random, from, until }: CacheDraw): Begun<Id> {
  const lengths = random.chance(0.5) ? SHORT : LONG;
  return { tier: 'cache', id, ...spanOf({ from, until }, random, lengths) };
}

function shardOf({ random, shards }: CacheDraw): number {
  return random.between(0, shards - 1);
}

function processOf({ random, processes }: CacheDraw): number {
  return random.between(0, processes - 1);
}

function momentOf({ random, from, until }: CacheDraw): number {
  return random.between(from, until);
}

function offOf({ random }: CacheDraw): number {
  return random.between(1000, 120_000) * random.pick([-1, 1] as const);
}
