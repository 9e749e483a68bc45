import type { QuotasItem } from '../state/throttle-items.ts';
import type {
  ControlItem,
  LedgerItem,
  ObservationItem,
  OutcomeItem,
  PoolItem,
  ThresholdsItem,
  WakeItem,
} from '../state/items.ts';

export interface LeaseRequest {
  readonly name: string;
  /** Unique to one invocation. */
  readonly holder: string;
  readonly now: number;
  /** How long it is held, in ms. Outlives the function's time-out plus the request time-out (I-07). */
  readonly ms: number;
}

export interface Lease {
  readonly name: string;
  readonly holder: string;
  /** The fencing token: greater than every one given before under this name. */
  readonly token: number;
  readonly until: number;
}

/**
 * The state table. Every method is one request. A write that a newer holder has overtaken answers false (or
 * null) and changes nothing; other failures throw, and after a throw the outcome of a write is unknown.
 */
export interface StateStore {
  /** The newest observation of each zone; a zone without any is left out. */
  latestObservations(zones: readonly string[]): Promise<readonly ObservationItem[]>;
  putObservation(item: ObservationItem): Promise<void>;
  /** The outcome items of the applications, of any age. */
  outcomes(applications: readonly string[]): Promise<readonly OutcomeItem[]>;

  /** Null while another holder's lease runs. The same holder gets a new, higher token. */
  acquireLease(request: LeaseRequest): Promise<Lease | null>;
  /** Takes the lease whoever holds it: for probers, where the successor goes first. */
  takeLease(request: LeaseRequest): Promise<Lease>;
  renewLease(lease: Lease, request: { readonly now: number; readonly ms: number }): Promise<Lease | null>;
  /** False when it was already lost; the token is never given again. */
  releaseLease(lease: Lease, now: number): Promise<boolean>;
  /** The lease as it stands, by a strongly consistent read; null before the first. */
  readLease(name: string): Promise<Lease | null>;

  /** False when an item of this id exists. */
  appendLedger(item: LedgerItem): Promise<boolean>;
  /** False when the item has a higher epoch by now. */
  updateLedger(item: LedgerItem): Promise<boolean>;
  /** The newest items of a cluster, newest first. */
  recentLedger(clusterId: string, count: number): Promise<readonly LedgerItem[]>;

  readPool(clusterId: string): Promise<PoolItem | null>;
  /** False when the pool has a higher epoch by now. */
  putPool(item: PoolItem): Promise<boolean>;

  readThresholds(tier: string): Promise<ThresholdsItem | null>;
  putThresholds(item: ThresholdsItem): Promise<void>;
  /** The quotas in force for a resource; null before the first copy. */
  readQuotas(resource: string): Promise<QuotasItem | null>;
  putQuotas(item: QuotasItem): Promise<void>;
  /** Strongly consistent. */
  readControl(tier: string): Promise<ControlItem | null>;
  putWake(item: WakeItem): Promise<void>;
}
