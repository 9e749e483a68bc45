/** Where an instance says what it wants and reads what it may: the throttle table, in a real environment. */

import type { DemandItem, ThrottleLeaseItem } from '../../../core/state/throttle-items.ts';

/**
 * Nothing waits for it: what it rejects, hangs on or gets wrong costs a counter. One request each, no retries of its
 * own, and no longer than 2 s.
 */
export interface LeaseStore {
  /** Puts what the instance wants, in the place of its last report. */
  report(item: DemandItem): Promise<void>;
  /** The newest lease of the instance; null for none. It is checked before it is used. */
  lease(application: string, resource: string, instance: string): Promise<ThrottleLeaseItem | null>;
  close(): void;
}
