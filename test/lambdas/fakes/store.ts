import type { Lease, LeaseRequest, StateStore } from '../../../core/ports/index.ts';
import type {
  ControlItem,
  LedgerItem,
  ObservationItem,
  OutcomeItem,
  PoolItem,
  ThresholdsItem,
  WakeItem,
} from '../../../core/state/items.ts';
import type { QuotasItem } from '../../../core/state/throttle-items.ts';
import type { World } from './world.ts';

/** The state table in memory, with the conditions of the real one. Observations come from the world. */
export class MemoryStore implements StateStore {
  readonly world: World;
  readonly leases = new Map<string, Lease>();
  readonly ledger = new Map<string, LedgerItem>();
  readonly written: ObservationItem[] = [];
  readonly wakes: WakeItem[] = [];
  readonly controls = new Map<string, ControlItem>();
  readonly quotas = new Map<string, QuotasItem>();
  readonly thresholds = new Map<string, ThresholdsItem>();
  readonly epochs: number[] = [];
  pool: PoolItem | null = null;

  constructor(world: World) {
    this.world = world;
  }

  async latestObservations(zones: readonly string[]): Promise<readonly ObservationItem[]> {
    return this.world.observations(zones);
  }
  async putObservation(item: ObservationItem): Promise<void> {
    this.written.push(item);
  }
  async outcomes(): Promise<readonly OutcomeItem[]> {
    return this.world.outcomes;
  }
  async acquireLease(request: LeaseRequest): Promise<Lease | null> {
    const known = this.leases.get(request.name);
    if (known !== undefined && known.until >= request.now && known.holder !== request.holder) return null;
    return this.takeLease(request);
  }
  async takeLease({ name, holder, now, ms }: LeaseRequest): Promise<Lease> {
    const lease = { name, holder, token: (this.leases.get(name)?.token ?? 0) + 1, until: now + ms };
    this.leases.set(name, lease);
    return lease;
  }
  async renewLease(lease: Lease, { now, ms }: { now: number; ms: number }): Promise<Lease | null> {
    return this.#setEnd(lease, now + ms) ? { ...lease, until: now + ms } : null;
  }
  async releaseLease(lease: Lease, now: number): Promise<boolean> {
    return this.#setEnd(lease, now - 1);
  }
  async readLease(name: string): Promise<Lease | null> {
    return this.leases.get(name) ?? null;
  }
  async appendLedger(item: LedgerItem): Promise<boolean> {
    if (this.ledger.has(item.id)) return false;
    this.ledger.set(item.id, item);
    return true;
  }
  async updateLedger(item: LedgerItem): Promise<boolean> {
    const known = this.ledger.get(item.id);
    if (known === undefined || known.epoch > item.epoch) return false;
    this.ledger.set(item.id, item);
    return true;
  }
  async recentLedger(_clusterId: string, count: number): Promise<readonly LedgerItem[]> {
    return [...this.ledger.values()].toSorted((a, b) => b.startedAt - a.startedAt).slice(0, count);
  }
  async readPool(): Promise<PoolItem | null> {
    return this.pool;
  }
  async putPool(item: PoolItem): Promise<boolean> {
    if (this.pool !== null && this.pool.epoch > item.epoch) return false;
    this.pool = item;
    this.epochs.push(item.epoch);
    return true;
  }
  async readThresholds(tier: string): Promise<ThresholdsItem | null> {
    return this.thresholds.get(tier) ?? null;
  }
  async putThresholds(item: ThresholdsItem): Promise<void> {
    this.thresholds.set(item.tier, item);
  }
  async readQuotas(resource: string): Promise<QuotasItem | null> {
    return this.quotas.get(resource) ?? null;
  }
  async putQuotas(item: QuotasItem): Promise<void> {
    this.quotas.set(item.quotas.resource, item);
  }
  async readControl(tier: string): Promise<ControlItem | null> {
    return this.controls.get(tier) ?? null;
  }
  async putWake(item: WakeItem): Promise<void> {
    this.wakes.push(item);
  }

  #setEnd(lease: Lease, until: number): boolean {
    const known = this.leases.get(lease.name);
    if (known?.token !== lease.token || known.holder !== lease.holder) return false;
    this.leases.set(lease.name, { ...known, until });
    return true;
  }
}
