/**
 * The state store over the simulated table, with the conditions of the real adapter. Both pass the same contract
 * tests, so that neither can promise what the other does not keep. Every method takes effect when it is called.
 */

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
import {
  controlKey,
  leaseKey,
  ledgerKey,
  ledgerPartition,
  OBSERVATION_KEPT_DAYS,
  observationKey,
  observationPartition,
  outcomeKey,
  outcomePartition,
  poolKey,
  thresholdsKey,
  wakeKey,
} from '../../../core/state/keys.ts';
import { quotasKey, type QuotasItem } from '../../../core/state/throttle-items.ts';
import type { SimTable, TableItem } from './table.ts';

const DAY_S = 86_400;
const LEDGER_KEPT_DAYS = 400;
const OUTCOMES_MAX = 200;
const OUTCOME_KEPT_S = 3600;

export class SimStateStore implements StateStore {
  readonly #table: SimTable;

  constructor(table: SimTable) {
    this.#table = table;
  }

  async latestObservations(zones: readonly string[]): Promise<readonly ObservationItem[]> {
    const found = zones.flatMap((zone) => this.#table.newest(observationPartition(zone), 1));
    return found as readonly unknown[] as readonly ObservationItem[];
  }

  async putObservation(item: ObservationItem): Promise<void> {
    const expiresAt = Math.floor(item.at / 1000) + OBSERVATION_KEPT_DAYS * DAY_S;
    this.#table.put(observationKey(item.az, item.at), item, expiresAt);
  }

  async outcomes(applications: readonly string[]): Promise<readonly OutcomeItem[]> {
    const found = applications.flatMap((name) => this.#table.newest(outcomePartition(name), OUTCOMES_MAX));
    return found as readonly unknown[] as readonly OutcomeItem[];
  }

  /** What an application's own adapter writes. */
  async putOutcome(item: OutcomeItem): Promise<void> {
    const expiresAt = Math.floor(item.at / 1000) + OUTCOME_KEPT_S;
    this.#table.put(outcomeKey(item.application, item.processId), item, expiresAt);
  }

  async acquireLease(request: LeaseRequest): Promise<Lease | null> {
    const known = this.#lease(request.name);
    const free = known === null || known.until < request.now || known.holder === request.holder;
    return free ? this.takeLease(request) : null;
  }

  async takeLease({ name, holder, now, ms }: LeaseRequest): Promise<Lease> {
    const token = (this.#lease(name)?.token ?? 0) + 1;
    return this.#putLease({ name, holder, token, until: now + ms });
  }

  async renewLease(lease: Lease, { now, ms }: { now: number; ms: number }): Promise<Lease | null> {
    return this.#setLeaseEnd(lease, now + ms) ? { ...lease, until: now + ms } : null;
  }

  async releaseLease(lease: Lease, now: number): Promise<boolean> {
    return this.#setLeaseEnd(lease, now - 1);
  }

  async readLease(name: string): Promise<Lease | null> {
    return this.#lease(name);
  }

  async appendLedger(item: LedgerItem): Promise<boolean> {
    return this.#putLedger(item, (known) => known === null);
  }

  async updateLedger(item: LedgerItem): Promise<boolean> {
    return this.#putLedger(item, (known) => known !== null && (known['epoch'] as number) <= item.epoch);
  }

  async recentLedger(clusterId: string, count: number): Promise<readonly LedgerItem[]> {
    return this.#table.newest(
      ledgerPartition(clusterId),
      count,
    ) as readonly unknown[] as readonly LedgerItem[];
  }

  async readPool(clusterId: string): Promise<PoolItem | null> {
    return this.#table.get(poolKey(clusterId)) as PoolItem | null;
  }

  async putPool(item: PoolItem): Promise<boolean> {
    const known = this.#table.get(poolKey(item.clusterId)) as PoolItem | null;
    if (known !== null && known.epoch > item.epoch) return false;
    this.#table.put(poolKey(item.clusterId), item);
    return true;
  }

  async readThresholds(tier: string): Promise<ThresholdsItem | null> {
    return this.#table.get(thresholdsKey(tier)) as ThresholdsItem | null;
  }

  async putThresholds(item: ThresholdsItem): Promise<void> {
    this.#table.put(thresholdsKey(item.tier), item);
  }

  async readQuotas(resource: string): Promise<QuotasItem | null> {
    return this.#table.get(quotasKey(resource)) as QuotasItem | null;
  }

  async putQuotas(item: QuotasItem): Promise<void> {
    this.#table.put(quotasKey(item.quotas.resource), item);
  }

  async readControl(tier: string): Promise<ControlItem | null> {
    return this.#table.get(controlKey(tier)) as ControlItem | null;
  }

  async putWake(item: WakeItem): Promise<void> {
    this.#table.put(wakeKey(item.controller), item);
  }

  #lease(name: string): Lease | null {
    const item = this.#table.get(leaseKey(name)) as Omit<Lease, 'name'> | null;
    return item === null ? null : { name, holder: item.holder, token: item.token, until: item.until };
  }

  #putLease({ name, holder, token, until }: Lease): Lease {
    this.#table.put(leaseKey(name), { kind: 'lease', holder, token, until });
    return { name, holder, token, until };
  }

  /** Only who was given this very token: neither a former holder nor an earlier lease of the same one. */
  #setLeaseEnd(lease: Lease, until: number): boolean {
    const known = this.#lease(lease.name);
    if (known?.holder !== lease.holder || known.token !== lease.token) return false;
    this.#putLease({ ...known, until });
    return true;
  }

  #putLedger(item: LedgerItem, mayWrite: (known: TableItem | null) => boolean): boolean {
    const key = ledgerKey(item.clusterId, item.startedAt, item.id);
    if (!mayWrite(this.#table.get(key))) return false;
    this.#table.put(key, item, Math.floor(item.startedAt / 1000) + LEDGER_KEPT_DAYS * DAY_S);
    return true;
  }
}
