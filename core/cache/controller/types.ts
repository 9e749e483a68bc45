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
