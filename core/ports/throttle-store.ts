import type { ThrottleLeaseItem, ThrottlePlanItem } from '../state/throttle-items.ts';

/** One item of a demand partition, as an application wrote it: nothing of it has been checked. */
export interface WrittenDemand {
  readonly sk: string;
  /** Null for what cannot even be read. */
  readonly item: unknown;
}

export interface WrittenDemands {
  readonly items: readonly WrittenDemand[];
  /** False when the partition holds more than is read: then nothing is known of who is not among the items. */
  readonly complete: boolean;
}

/** The throttle table, as the function sees it. Every method is one request or one paged query. */
export interface ThrottleStore {
  demands(application: string): Promise<WrittenDemands>;
  leases(application: string): Promise<readonly ThrottleLeaseItem[]>;
  readPlan(resource: string): Promise<ThrottlePlanItem | null>;
  /** False when the item has a higher epoch by now; nothing is changed then. */
  putPlan(item: ThrottlePlanItem): Promise<boolean>;
  /**
   * @param before epoch of the item as it was read; null where there was none
   * @returns false when the item is another one by now; nothing is changed then
   */
  putLease(item: ThrottleLeaseItem, before: number | null): Promise<boolean>;
}
