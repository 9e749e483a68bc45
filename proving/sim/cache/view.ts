/** What a checker may see of the cache tier: a log of everything that happened, and how things stand. */

import type { CacheSite } from './site.ts';
import type { ShardCommand } from './commands.ts';

/** A value of the application: it says whose it is, and which version of it. */
export type Versioned = {
  readonly name: string;
  readonly version: number;
};

export type ReadHow = 'get' | 'mget' | 'getOrLoad';

/** Events are numbered in the order in which they happen; two of one instant too. */
interface Happened {
  readonly order: number;
  /** Epoch ms. */
  readonly at: number;
}

export type CacheEvent = Happened &
  (
    | {
        /** The database holds this version from here on. */
        readonly kind: 'committed';
        readonly name: string;
        readonly version: number;
        /** Its invalidation stands in the journal with it. */
        readonly isRecorded: boolean;
      }
    | {
        /** An invalidation of the key was acknowledged that began at this order. */
        readonly kind: 'acknowledged';
        readonly name: string;
        readonly begunAt: number;
      }
    | { readonly kind: 'invalidating'; readonly name: string; readonly place: number }
    | {
        readonly kind: 'read';
        readonly how: ReadHow;
        readonly name: string;
        readonly process: string;
        readonly place: number;
        /** Order and time of its begin. */
        readonly begunAt: number;
        readonly startedAt: number;
        /** Its process stood still meanwhile. */
        readonly wasStopped: boolean;
        /** The answer, or null for a miss. */
        readonly value: unknown;
        /** The code of the error that it was rejected with; null for an answer. */
        readonly error: string | null;
      }
    | {
        readonly kind: 'load-began' | 'load-ended';
        readonly name: string;
        readonly process: string;
        readonly place: number;
        readonly load: number;
      }
    | {
        /** A command was executed on a shard. */
        readonly kind: 'command';
        readonly place: number;
        readonly shard: number;
        readonly command: ShardCommand<unknown>['name'];
        readonly names: readonly string[];
      }
    /** The process is gone, and everything that it had begun. */
    | { readonly kind: 'crashed'; readonly process: string; readonly place: number }
  );

export interface CacheProcessView {
  readonly process: string;
  readonly isStopped: boolean;
  /** Serves hits of every shard: it has a lease, and a connection to the process whose data is trusted. */
  readonly servesAll: boolean;
}

export interface ShardView {
  readonly state: string;
  readonly epoch: number;
}

export interface CacheView {
  readonly site: CacheSite;
  /** Only grows. */
  readonly events: readonly CacheEvent[];
  /** As the storage of the database holds them. */
  shards(): readonly ShardView[];
  /** Those that run now. */
  processes(): readonly CacheProcessView[];
}
