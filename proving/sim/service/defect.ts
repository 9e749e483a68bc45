import type { LeaseStore } from '../../../runtime/throttle/leases/store.ts';
import type { ThrottleOptions } from '../../../runtime/throttle/throttle.ts';
import type { RetryHabit } from './caller.ts';

/** Flaws of the throttled service, planted around what is shipped. */
export interface ServiceDefect {
  /** What an instance is given instead of its store. @default - its store */
  readonly leases?: (store: LeaseStore) => LeaseStore;
  /** Options of every throttle. @default - those of the throttle */
  readonly throttle?: Partial<ThrottleOptions>;
  /** How every caller retries. @default 'budget' */
  readonly habit?: RetryHabit;
}
