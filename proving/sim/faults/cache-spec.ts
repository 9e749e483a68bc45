/** One fault of the cache tier as it is to happen. Processes of the application are told apart by their place, from 0. */

import type { Returns, Way } from '../cache/index.ts';
import type { FaultSpec } from './spec.ts';

interface Span {
  readonly from: number;
  readonly until: number;
}

type OnCache =
  /** The shard's server dies; at the end another process has its name. */
  | ({ readonly id: 'F-01'; readonly shard: number; readonly returns: Returns } & Span)
  /** A process of the application dies, at once or when its next write has committed; another takes its place. */
  | { readonly id: 'F-01'; readonly process: number; readonly when: 'at-once'; readonly from: number }
  | ({ readonly id: 'F-01'; readonly process: number; readonly when: 'committed' } & Span)
  | ({ readonly id: 'F-02'; readonly shard: number } & Span)
  | ({ readonly id: 'F-02'; readonly process: number } & Span)
  | ({ readonly id: 'F-03'; readonly shard: number; readonly ms: number } & Span)
  /** Between these processes and this shard nothing passes, or only one direction. */
  | ({
      readonly id: 'F-07';
      readonly processes: readonly number[];
      readonly shard: number;
      readonly way: Way;
    } & Span)
  /** That share of the packets to and from all shards is lost, and sent again later. */
  | ({ readonly id: 'F-11'; readonly share: number } & Span)
  /** A process of the application uses the addresses that it knows for good. */
  | ({ readonly id: 'F-12'; readonly process: number } & Span)
  /** The date of a host is off by so much. */
  | ({ readonly id: 'F-20'; readonly shard: number; readonly ms: number } & Span)
  | ({ readonly id: 'F-20'; readonly process: number; readonly ms: number } & Span)
  /** Somebody empties these shards. */
  | { readonly id: 'F-28'; readonly shards: readonly number[]; readonly from: number }
  /** Another process has the name, and the one before lives on: until it dies, or has the name again. */
  | ({
      readonly id: 'F-41';
      readonly shard: number;
      readonly returns: Returns;
      readonly isBack: boolean;
    } & Span);

export type CacheFaultSpec = OnCache & { readonly tier: 'cache' };

export function isOnCache(spec: FaultSpec): spec is CacheFaultSpec {
  return 'tier' in spec && spec.tier === 'cache';
}

/** What a fault of the cache is about, in a word or two. */
export function cacheTargetOf(spec: CacheFaultSpec): string {
  switch (spec.id) {
    case 'F-07':
      return `store-${spec.processes.map((place) => place + 1).join(',')} and shard ${spec.shard}, ${spec.way}`;
    case 'F-11':
      return `packets to shards, ${spec.share}`;
    case 'F-28':
      return `shards ${spec.shards.join(',')}`;
    default:
      return 'shard' in spec ? `shard ${spec.shard}` : `store-${spec.process + 1}`;
  }
}
