import type { DescribedCluster } from '../database/failover/types.ts';
import type { Sample } from '../state/items.ts';

/** What became of a mutating call. `conflict`: AWS is already changing the cluster. */
export type CallOutcome =
  | { readonly outcome: 'accepted' }
  /** AWS said no, and nothing was changed. `retryable` for throttling and for conflicts. */
  | {
      readonly outcome: 'refused';
      readonly code: string;
      readonly conflict: boolean;
      readonly retryable: boolean;
    }
  /** No answer, or one that leaves it open. Look before doing it again. */
  | { readonly outcome: 'unknown'; readonly code: string };

/** The managed database's control plane. Mutations name their target and are never retried by the SDK. */
export interface DatabaseControl {
  /** The cluster with its members, their zones and states. Throws when AWS cannot be asked. */
  describe(clusterId: string): Promise<DescribedCluster>;
  failover(clusterId: string, target: string): Promise<CallOutcome>;
  /** The custom endpoint's exclusion list; null when there is no such endpoint. */
  excludedMembers(clusterId: string, endpointId: string): Promise<readonly string[] | null>;
  setExcludedMembers(endpointId: string, excluded: readonly string[]): Promise<CallOutcome>;
}

export interface DatabaseMember {
  readonly id: string;
  readonly host: string;
}

/** A row of the cluster's own list of members, as one member reports it. */
export interface MemberStatus {
  readonly memberId: string;
  readonly isWriter: boolean;
  readonly lagMs: number | null;
}

export interface ProbeRequest {
  /** Everything is over after this many ms, whatever the member does. */
  readonly timeoutMs: number;
  /** Also writes a heartbeat, although the member may not call itself the writer. */
  readonly expectWriter: boolean;
  /** Give up the kept connection first, to verify that new logins work. */
  readonly freshLogin: boolean;
}

export interface ProbeResult {
  readonly sample: Sample;
  /** Empty when the member could not be asked. */
  readonly status: readonly MemberStatus[];
}

/** Looks at one member. Never throws and never takes longer than the time-out: a failure is a result. */
export interface MemberProbe {
  probe(member: DatabaseMember, request: ProbeRequest): Promise<ProbeResult>;
  /** Drops every kept connection. */
  close(): Promise<void>;
}
