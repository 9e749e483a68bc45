import type { DescribedGroup, SeenRow } from '../cache/controller/types.ts';
import type { ShardEndpoint } from '../cache/shards-text.ts';
import type { CacheCopy, CacheObservationItem, CacheShardItem, ShardSample } from '../state/cache-items.ts';
import type { CallOutcome } from './database.ts';

export interface ShardProbeRequest {
  /** Everything is over after this many ms, whatever the shard does. */
  readonly timeoutMs: number;
  /** Make a new connection beside the kept one, to verify that new logins work. */
  readonly freshLogin: boolean;
}

/** Looks at one shard. Never throws and never takes longer than the time-out: a failure is a result. */
export interface ShardProbe {
  probe(shard: ShardEndpoint, request: ShardProbeRequest): Promise<ShardSample>;
  /** Drops every kept connection. */
  close(): Promise<void>;
}

/** ElastiCache's control plane. Mutations name their target and are never retried by the SDK. */
export interface CacheControl {
  /** A replication group with its nodes. Throws when AWS cannot be asked. */
  describe(groupId: string): Promise<DescribedGroup>;
  /** Restarts the server process of one node (`RebootCacheCluster`); what it holds is lost. */
  reboot(node: { readonly cacheClusterId: string; readonly nodeId: string }): Promise<CallOutcome>;
}

/** The rows of the shards in the application's database, through the function that can reach it. */
export interface ShardLedger {
  /** Throws when it cannot be asked. */
  rows(cache: CacheCopy): Promise<readonly SeenRow[]>;
  /** Closes the shard if its row still has this epoch. Repeating does no harm. */
  quarantine(shard: {
    readonly cache: CacheCopy;
    readonly shard: number;
    readonly epoch: number;
  }): Promise<CallOutcome>;
  /** Takes the shard the way back, as far as it can be reached. Repeating does no harm. */
  readmit(shard: { readonly cache: CacheCopy; readonly shard: number }): Promise<CallOutcome>;
}

/** The cache tier's items of the state table. As for `StateStore`: each method is one request, writes are fenced. */
export interface CacheStateStore {
  /** The newest observation of each zone; a zone without any is left out. */
  latestCacheObservations(zones: readonly string[]): Promise<readonly CacheObservationItem[]>;
  putCacheObservation(item: CacheObservationItem): Promise<void>;
  cacheShards(env: string): Promise<readonly CacheShardItem[]>;
  /** False when the item has a higher epoch by now. */
  putCacheShard(item: CacheShardItem): Promise<boolean>;
}
