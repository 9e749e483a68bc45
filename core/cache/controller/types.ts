import type { CacheCopy, CacheObservationItem, CacheShardItem } from '../../state/cache-items.ts';
import type { LedgerItem } from '../../state/items.ts';
import type { CacheThresholds } from '../../thresholds/cache.ts';
import type { ShardRow } from '../protocol/rows.ts';

/** A cache node as AWS describes it. Each node of a group without cluster mode is a cache cluster of its own. */
export interface DescribedNode {
  /** CacheClusterId, e.g. `demo-cache-0-001`. */
  readonly cacheClusterId: string;
  /** CacheNodeId, always `0001` for Redis and Valkey. */
  readonly nodeId: string;
  /** CacheClusterStatus, e.g. `available` or `rebooting cluster nodes`; null when it could not be asked. */
  readonly status: string | null;
}

/** A replication group as AWS describes it. The description may be old: it holds off, it never proves (F-14). */
export interface DescribedGroup {
  readonly groupId: string;
  /** Status, e.g. `available`, `modifying`, `snapshotting`. */
  readonly status: string;
  /** Anything but `disabled`: then AWS promotes a replica, and a reboot is not ours to ask for. */
  readonly hasAutomaticFailover: boolean;
  /** A change that AWS will make. */
  readonly hasPendingChange: boolean;
  readonly nodes: readonly DescribedNode[];
  /** When it was asked, epoch ms. */
  readonly at: number;
}

/** What this controller needs of the row of a shard. */
export type SeenRow = Pick<ShardRow, 'shard' | 'epoch' | 'state'>;

/** One deployed shard: the closed set that anything may be done to (SEC-09). */
export interface DeployedShard {
  /** Id of its replication group. */
  readonly memberId: string;
  readonly cache: CacheCopy;
  readonly shard: number;
}

/** Everything the decision looks at. */
export interface CacheFacts {
  readonly now: number;
  readonly env: string;
  /** The fencing token of the controller's lease. */
  readonly epoch: number;
  /** All zones that have a prober: a majority of these must agree, whoever is silent. */
  readonly zones: readonly string[];
  readonly shards: readonly DeployedShard[];
  readonly thresholds: CacheThresholds;
  /** Age above which an observation or a description is no evidence, in ms (I-08). */
  readonly evidenceAgeMsMax: number;
  readonly observations: readonly CacheObservationItem[];
  /** By copy; a copy whose rows could not be read is not there. */
  readonly rows: Readonly<Partial<Record<CacheCopy, readonly SeenRow[]>>>;
  /** What was written down of each shard last. */
  readonly known: readonly CacheShardItem[];
  /** By group; one that AWS was not asked about, or did not answer for, is not there. */
  readonly groups: Readonly<Record<string, DescribedGroup>>;
  /** The cache's recoveries, newest first, at least those of one `reboot-window-ms`. */
  readonly ledger: readonly LedgerItem[];
}

/** Why something that looks due waits. Each is a rule of its own and has its own test. */
export type CacheHoldCause =
  | 'rows-unknown'
  | 'too-many'
  | 'quarantined-before'
  | 'being-readmitted'
  | 'clients-first'
  | 'asked-before'
  | 'reboot-after'
  | 'aws-unknown'
  | 'aws-acting'
  | 'aws-fails-over'
  | 'not-one-node'
  | 'velocity'
  | 'reboot-underway';

export interface CacheHold {
  readonly memberId: string;
  readonly what: CacheActionKind;
  readonly cause: CacheHoldCause;
  readonly reason: string;
  /** When to look again without being woken; null when only new evidence can end the hold. */
  readonly reviewAt: number | null;
}

export type CacheActionKind = 'quarantine' | 'readmit' | 'reboot';

interface Told {
  readonly memberId: string;
  readonly cache: CacheCopy;
  readonly shard: number;
  /** Why, in numbers. */
  readonly reason: string;
  /** Keys (`pk|sk`) of the items the decision used. */
  readonly evidence: readonly string[];
}

/** Each names its target and is safe to repeat: the first two compare epochs, the third is counted. */
export type CacheAction =
  | (Told & { readonly kind: 'quarantine'; readonly rowEpoch: number })
  | (Told & { readonly kind: 'readmit'; readonly rowEpoch: number })
  | (Told & { readonly kind: 'reboot'; readonly cacheClusterId: string; readonly nodeId: string });

export interface CachePlan {
  /** Every deployed shard as it is seen now. */
  readonly shards: readonly CacheShardItem[];
  /** In the order in which they are to be made. */
  readonly actions: readonly CacheAction[];
  readonly holds: readonly CacheHold[];
  /** When to look again without being woken; null when only an event can change the plan. */
  readonly reviewAt: number | null;
  readonly reason: string;
}
