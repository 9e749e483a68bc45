/** What the faults of the cache tier do to it, and what is undone when they end. */

import type { Direction, Returns } from '../cache/index.ts';
import type { Fault, FaultBoard } from './board.ts';
import { type CacheFaultSpec, isOnCache } from './cache-spec.ts';

/** The cache tier as faults reach it. */
export interface CacheTarget {
  readonly shardCount: number;
  readonly processCount: number;
  /** @returns whether there was a process to die */
  killShard(shard: number): boolean;
  restartShard(shard: number, returns: Returns): void;
  hangShard(shard: number): boolean;
  continueShard(shard: number): void;
  slowShard(shard: number, ms: number): void;
  flushShard(shard: number): boolean;
  setShardOff(shard: number, ms: number): void;
  takeOver(shard: number, returns: Returns): void;
  endTakeOver(shard: number, isBack: boolean): void;
  /** These directions and no other. */
  cut(place: number, shard: number, directions: ReadonlySet<Direction>): void;
  lose(share: number): void;
  keepNames(place: number, isKept: boolean): void;
  crashProcess(place: number): boolean;
  /** Null calls it off. */
  crashAfterCommit(place: number, took: (() => void) | null): void;
  stopProcess(place: number): boolean;
  continueProcess(place: number): void;
  setProcessOff(place: number, ms: number): void;
}

export function applyToCache(cache: CacheTarget, board: FaultBoard, fault: Fault): void {
  const spec = fault.spec as CacheFaultSpec;
  if (begin(cache, spec, () => board.took(fault))) board.took(fault);
  settle(cache, board);
}

export function undoOnCache(cache: CacheTarget, board: FaultBoard, fault: Fault): void {
  const spec = fault.spec as CacheFaultSpec;
  if (spec.id === 'F-01' && 'shard' in spec) cache.restartShard(spec.shard, spec.returns);
  if (spec.id === 'F-01' && 'process' in spec) cache.crashAfterCommit(spec.process, null);
  if (spec.id === 'F-12') cache.keepNames(spec.process, false);
  if (spec.id === 'F-41') cache.endTakeOver(spec.shard, spec.isBack);
  settle(cache, board);
}

/** @returns whether it has changed something by now */
function begin(cache: CacheTarget, spec: CacheFaultSpec, took: () => void): boolean {
  switch (spec.id) {
    case 'F-01':
      if ('shard' in spec) return cache.killShard(spec.shard);
      if (spec.when === 'at-once') return cache.crashProcess(spec.process);
      cache.crashAfterCommit(spec.process, took);
      return false;
    case 'F-02':
      return 'shard' in spec ? cache.hangShard(spec.shard) : cache.stopProcess(spec.process);
    case 'F-12':
      cache.keepNames(spec.process, true);
      return false;
    case 'F-28':
      return spec.shards.map((shard) => cache.flushShard(shard)).includes(true);
    case 'F-41':
      cache.takeOver(spec.shard, spec.returns);
      return true;
    case 'F-03':
    case 'F-20':
      return true;
    default:
      return false;
  }
}

/** Brings everything that lasts to what the faults in force make of it together: the worst counts. */
function settle(cache: CacheTarget, board: FaultBoard): void {
  const inForce = board.inForce().flatMap(({ spec }) => (isOnCache(spec) ? [spec] : []));
  for (let shard = 0; shard < cache.shardCount; shard += 1) settleShard(cache, inForce, shard);
  for (let place = 0; place < cache.processCount; place += 1) settleProcess(cache, inForce, place);
  cache.lose(Math.max(0, ...inForce.map((spec) => (spec.id === 'F-11' ? spec.share : 0))));
}

function settleShard(cache: CacheTarget, inForce: readonly CacheFaultSpec[], shard: number): void {
  const here = inForce.filter((spec) => 'shard' in spec && spec.shard === shard);
  if (here.some(({ id }) => id === 'F-01')) cache.killShard(shard);
  if (here.some(({ id }) => id === 'F-02')) cache.hangShard(shard);
  else cache.continueShard(shard);
  cache.slowShard(shard, Math.max(0, ...here.map((spec) => (spec.id === 'F-03' ? spec.ms : 0))));
  cache.setShardOff(shard, here.find((spec) => spec.id === 'F-20')?.ms ?? 0);
  const cuts = here.filter((spec) => spec.id === 'F-07');
  for (let place = 0; place < cache.processCount; place += 1) {
    const ways = cuts.filter(({ processes }) => processes.includes(place)).map(({ way }) => way);
    cache.cut(place, shard, new Set(ways.flatMap((way) => (way === 'both' ? BOTH : [way]))));
  }
}

const BOTH: readonly Direction[] = ['requests', 'replies'];

function settleProcess(cache: CacheTarget, inForce: readonly CacheFaultSpec[], place: number): void {
  const here = inForce.filter((spec) => 'process' in spec && spec.process === place);
  if (here.some(({ id }) => id === 'F-02')) cache.stopProcess(place);
  else cache.continueProcess(place);
  cache.setProcessOff(place, here.find((spec) => spec.id === 'F-20')?.ms ?? 0);
}
