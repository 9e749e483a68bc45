/** The state of an Aurora cluster as RDS keeps it, and what goes in and out of the state machine. */

export type MemberStatus = 'creating' | 'available' | 'rebooting' | 'deleting';

/** How far RDS is with bringing a dead or demoted instance back. Times are epoch ms. */
export type Restart =
  /** The process is dead and RDS has not noticed: the instance still shows as available. */
  | {
      readonly phase: 'undetected';
      readonly diedAt: number;
      readonly dueAt: number;
      readonly source: RestartSource;
    }
  /** Noticed; the host is being prepared. */
  | { readonly phase: 'waiting'; readonly dueAt: number; readonly source: RestartSource }
  /** The engine was told to start. */
  | { readonly phase: 'starting'; readonly source: RestartSource };

/** `own-data`: recover in place. `storage-copy`: an old writer, whose unacknowledged tail must go. */
export type RestartSource = 'own-data' | 'storage-copy';

export interface Member {
  readonly id: string;
  readonly az: string;
  /** 0 is promoted first, 15 last. */
  readonly promotionTier: number;
  /** DBInstanceClass, e.g. `db.r8g.large`. */
  readonly instanceClass: string;
  readonly status: MemberStatus;
  readonly restart: Restart | null;
}

export type FailoverCause = 'crash' | 'requested';

export type Failover =
  /** The writer's process is dead and RDS has not noticed yet. */
  | { readonly phase: 'undetected'; readonly from: string; readonly dueAt: number }
  /** The target is being promoted; it may serve from `earliestAt`, when `promoted` is true. */
  | {
      readonly phase: 'promoting';
      readonly cause: FailoverCause;
      readonly from: string | null;
      readonly target: string;
      readonly tried: readonly string[];
      readonly earliestAt: number;
      readonly promoted: boolean;
    }
  /** The target writes; the cluster endpoint still names the old writer. */
  | {
      readonly phase: 'moving-endpoint';
      readonly from: string | null;
      readonly target: string;
      readonly dueAt: number;
    }
  /** No target could be promoted: the old writer is brought back. */
  | { readonly phase: 'reverting'; readonly writer: string };

export interface ClusterState {
  readonly id: string;
  readonly members: readonly Member[];
  /** The member that writes; null before the first and after the last instance. */
  readonly writer: string | null;
  /** The member that the cluster endpoint names. */
  readonly endpoint: string | null;
  readonly failover: Failover | null;
}

export type Input =
  | { readonly kind: 'tick' }
  | { readonly kind: 'member-added'; readonly member: NewMember }
  | { readonly kind: 'member-changed'; readonly member: NewMember }
  | { readonly kind: 'member-removed'; readonly member: string }
  /** The engine of a member that was created or restarted serves again. */
  | { readonly kind: 'member-serving'; readonly member: string }
  /** The host of a member is gone. A process that hangs sends nothing: RDS does not see it. */
  | { readonly kind: 'process-exited'; readonly member: string }
  | { readonly kind: 'failover-requested'; readonly target: string | null }
  | { readonly kind: 'promotion-succeeded'; readonly member: string }
  | { readonly kind: 'promotion-failed'; readonly member: string };

export type NewMember = Pick<Member, 'id' | 'az' | 'promotionTier' | 'instanceClass'>;

export type Effect =
  /** Fence `from` (it must never acknowledge a write again), then promote `target`. */
  | { readonly kind: 'promote'; readonly target: string; readonly from: string | null }
  /** The promoted target opens for clients. */
  | { readonly kind: 'serve'; readonly member: string }
  | {
      readonly kind: 'restart';
      readonly member: string;
      readonly source: RestartSource;
      readonly role: 'writer' | 'reader';
    }
  | { readonly kind: 'publish-endpoints' }
  | { readonly kind: 'event'; readonly event: RdsEvent };

/** An event as RDS records it (DescribeEvents) and puts on the bus. */
export interface RdsEvent {
  readonly id: string;
  readonly sourceType: 'CLUSTER' | 'DB_INSTANCE';
  readonly source: string;
  readonly categories: readonly string[];
  readonly message: string;
}

export interface Transition {
  readonly state: ClusterState;
  readonly effects: readonly Effect[];
}
