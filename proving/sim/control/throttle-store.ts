/**
 * The throttle table and its two adapters: what the function does with it, and what an instance of the application
 * does. The conditions are those of the real adapters; reads can be told to answer what was true a while ago.
 */

import type { ThrottleStore, WrittenDemands } from '../../../core/ports/index.ts';
import type { Key } from '../../../core/state/keys.ts';
import {
  demandKey,
  demandPartition,
  throttleLeaseKey,
  throttleLeasePartition,
  throttlePlanKey,
  type DemandItem,
  type ThrottleLeaseItem,
  type ThrottlePlanItem,
} from '../../../core/state/throttle-items.ts';
import type { LeaseStore } from '../../../runtime/throttle/leases/store.ts';
import { SimTable, type StoredItem } from './table.ts';

const KEPT_S = 3600;

interface Report {
  readonly at: number;
  readonly row: StoredItem;
}

export class SimThrottleStore implements ThrottleStore, LeaseStore {
  readonly table: SimTable;
  readonly #now: () => number;
  readonly #staleMs: () => number;
  /** By sort key: the last reports of an instance, oldest first. */
  readonly #reports = new Map<string, readonly Report[]>();

  /** @param staleMs how old the reports are that a read answers, asked at each; all else is read consistently */
  constructor(now: () => number, staleMs: () => number = () => 0) {
    this.#now = now;
    this.#staleMs = staleMs;
    this.table = new SimTable(now);
  }

  async demands(application: string): Promise<WrittenDemands> {
    const partition = demandPartition(application);
    const staleMs = this.#staleMs();
    const rows = staleMs === 0 ? this.table.partition(partition) : this.#past(this.#now() - staleMs);
    return { items: rows.map(({ key, item }) => ({ sk: key.sk, item })), complete: true };
  }

  async leases(application: string): Promise<readonly ThrottleLeaseItem[]> {
    const rows = this.table.partition(throttleLeasePartition(application));
    return rows.map(({ item }) => item as unknown as ThrottleLeaseItem);
  }

  async readPlan(resource: string): Promise<ThrottlePlanItem | null> {
    return this.table.get(throttlePlanKey(resource)) as ThrottlePlanItem | null;
  }

  async putPlan(item: ThrottlePlanItem): Promise<boolean> {
    const key = throttlePlanKey(item.resource);
    const known = this.table.get(key);
    if (known !== null && (known['epoch'] as number) > item.epoch) return false;
    this.#put(key, item);
    return true;
  }

  /** A conditional write sees what is there now, however old the reads are. */
  async putLease(item: ThrottleLeaseItem, before: number | null): Promise<boolean> {
    const key = throttleLeaseKey(item.application, item.resource, item.instance);
    const known = this.table.get(key)?.['epoch'];
    if (known !== undefined && known !== item.epoch && known !== before) return false;
    this.#put(key, item);
    return true;
  }

  async report(item: DemandItem): Promise<void> {
    const key = demandKey(item.application, item.resource, item.instance);
    this.#put(key, item);
    const row = { key, item: this.table.get(key)!, expiresAt: null };
    this.#reports.set(key.sk, [
      ...(this.#reports.get(key.sk) ?? []).slice(-REPORTS_MAX),
      { at: this.#now(), row },
    ]);
  }

  async lease(application: string, resource: string, instance: string): Promise<ThrottleLeaseItem | null> {
    return this.table.get(throttleLeaseKey(application, resource, instance)) as ThrottleLeaseItem | null;
  }

  /** Every item is gone, and nobody is told. */
  lose(): void {
    this.table.lose();
    this.#reports.clear();
  }

  close(): void {}

  #put(key: Key, item: object): void {
    this.table.put(key, item, Math.floor(this.#now() / 1000) + KEPT_S);
  }

  #past(at: number): readonly StoredItem[] {
    return [...this.#reports.values()].flatMap((reports) => {
      const last = reports.findLast((report) => report.at <= at);
      return last === undefined ? [] : [last.row];
    });
  }
}

/** More than an instance makes in the time that a read can be old. */
const REPORTS_MAX = 10;
