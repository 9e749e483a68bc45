/** The state of a replication group as ElastiCache keeps it, and what goes in and out of the state machine. */

/** CacheClusterStatus, less what the sandbox does not do. */
export type NodeStatus = 'creating' | 'available' | 'rebooting cluster nodes' | 'recovering';

/** Why a node is brought back. A node that died, or that lost its role, is replaced; a rebooted one keeps its host. */
export type RecoveryCause = 'death' | 'failover' | 'reboot';

/** How far ElastiCache is with bringing a node back. Times are epoch ms. */
export type Recovery =
  /** The process is dead and ElastiCache has not noticed: the node still shows as available. */
  | { readonly phase: 'undetected'; readonly diedAt: number; readonly dueAt: number }
  /** Noticed; the host is being prepared. */
  | { readonly phase: 'waiting'; readonly cause: RecoveryCause; readonly dueAt: number }
  /** The engine was told to start. */
  | { readonly phase: 'starting'; readonly cause: RecoveryCause };

export interface CacheNode {
  /** CacheClusterId, e.g. `demo-cache-0-001`. */
  readonly id: string;
  readonly az: string;
  readonly status: NodeStatus;
  readonly recovery: Recovery | null;
}

export type FailoverCause = 'crash' | 'test' | 'requested';

export type Failover =
  /** The target is being promoted; it may serve from `earliestAt`, when `promoted` is true. */
  | {
      readonly phase: 'promoting';
      readonly cause: FailoverCause;
      readonly from: string;
      readonly target: string;
      readonly earliestAt: number;
      readonly promoted: boolean;
    }
  /** The target takes writes; the primary endpoint still names the old primary. */
  | {
      readonly phase: 'moving-endpoint';
      readonly from: string;
      readonly target: string;
      readonly dueAt: number;
    };

export interface GroupState {
  /** ReplicationGroupId. */
  readonly id: string;
  readonly automaticFailover: boolean;
  /** In the order of their numbers. */
  readonly nodes: readonly CacheNode[];
  /** The node that takes writes; null without nodes. */
  readonly primary: string | null;
  /** The node that the primary endpoint names. */
  readonly endpoint: string | null;
  readonly failover: Failover | null;
}

export type Input =
  | { readonly kind: 'tick' }
  | { readonly kind: 'node-added'; readonly node: Pick<CacheNode, 'id' | 'az'> }
  | { readonly kind: 'node-removed'; readonly node: string }
  /** The engine of a node that was created or brought back serves. */
  | { readonly kind: 'node-serving'; readonly node: string }
  /** The process of a node is gone. One that hangs sends nothing: ElastiCache does not see it. */
  | { readonly kind: 'process-exited'; readonly node: string }
  | { readonly kind: 'reboot-requested'; readonly node: string }
  /** Somebody on this machine restarts the node, without ElastiCache. */
  | { readonly kind: 'restarted-outside'; readonly node: string }
  | { readonly kind: 'test-failover-requested' }
  | { readonly kind: 'primary-requested'; readonly node: string }
  | { readonly kind: 'automatic-failover-changed'; readonly enabled: boolean }
  | { readonly kind: 'promotion-succeeded'; readonly node: string }
  | { readonly kind: 'promotion-failed'; readonly node: string };

export type Effect =
  /** End the engine of `from`, unless it may stay as a replica, then make `target` the primary. */
  | { readonly kind: 'promote'; readonly target: string; readonly from: string; readonly keep: boolean }
  /** End the node's processes; it comes back with a `start`. */
  | { readonly kind: 'end'; readonly node: string }
  /** Start the node empty: on a new address when it is replaced, on its own when it was rebooted. */
  | {
      readonly kind: 'start';
      readonly node: string;
      readonly cause: RecoveryCause;
      /** Whom it copies: the primary for a replica; a replica for a lost primary; null stays empty. */
      readonly copies: string | null;
      readonly role: 'primary' | 'replica';
    }
  | { readonly kind: 'publish-endpoints' }
  | { readonly kind: 'event'; readonly event: CacheEvent };

/** An event as DescribeEvents tells it. ElastiCache puts none of a node-based cache on the event bus. */
export interface CacheEvent {
  readonly sourceType: 'cache-cluster' | 'replication-group';
  readonly source: string;
  readonly message: string;
}

export interface Transition {
  readonly state: GroupState;
  readonly effects: readonly Effect[];
}
