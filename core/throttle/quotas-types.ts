/** What callers are promised and allowed of a resource, as a team writes it and as it is in force. */

import type { Criticality } from '../shedding/index.ts';

/** One caller's terms. Rates are requests a second over all instances together. */
export interface CallerQuota {
  /** Always there while it is wanted. @default 0 */
  readonly floorPerS: number;
  /** Never more, however idle the resource is; null: up to the capacity. @default null */
  readonly limitPerS: number | null;
  /** Share against others of its class. @default 1 */
  readonly weight: number;
  /** Class of its requests where they name none. @default 'critical' */
  readonly criticality: Criticality;
}

/** A resource that is throttled: what an application offers and its callers share. */
export interface ResourceQuotas {
  /** Lower-case letters, digits and dashes, 2 to 32 characters. */
  readonly resource: string;
  /** The application whose processes enforce it. */
  readonly application: string;
  /** Requests a second that all instances together bear. */
  readonly capacityPerS: number;
  /** Seconds' worth of its rate that a caller may use at once after a pause. @default 1 */
  readonly burstS: number;
  /** By the caller's verified name. `anonymous` is the one that stands for everybody unverified. */
  readonly callers: Readonly<Record<string, CallerQuota>>;
  /** The terms of each caller that is not named. Its floor is 0: nobody can promise to an unknown number. */
  readonly others: CallerQuota;
}

/** As it is written in a profile or a parameter: what has a default may be left out. */
export interface QuotasDocument {
  readonly capacityPerS: number;
  readonly burstS?: number;
  readonly callers?: Readonly<Record<string, Partial<CallerQuota>>>;
  readonly others?: Partial<Omit<CallerQuota, 'floorPerS'>>;
}
