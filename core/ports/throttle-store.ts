import type { DemandItem, ThrottleLeaseItem, ThrottlePlanItem } from '../state/throttle-items.ts';

/** The throttle table, as the function sees it. Every method is one request or one paged query. */
export interface ThrottleStore {
  demands(application: string): Promise<readonly DemandItem[]>;
  leases(application: string): Promise<readonly ThrottleLeaseItem[]>;
  readPlan(resource: string): Promise<ThrottlePlanItem | null>;
  /** False when the item has a higher epoch by now; nothing is changed then. */
  putPlan(item: ThrottlePlanItem): Promise<boolean>;
  /** False when the item has a higher epoch by now; nothing is changed then. */
  putLease(item: ThrottleLeaseItem): Promise<boolean>;
}
