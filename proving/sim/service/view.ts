/** What a checker may see of the throttled service. */

import type { Lease } from '../../../core/throttle/index.ts';
import type { CallerSecond } from './tally.ts';
import type { LoadState } from './load.ts';
import type { ServiceSite } from './site.ts';

/** What the guard of an instance may let through now, and on what ground. Rates are requests a second. */
export interface Allowance {
  readonly perSecond: number;
  /** The newest lease it has taken up; null when it never had one. */
  readonly lease: Pick<Lease, 'epoch' | 'at' | 'until' | 'total'> | null;
  readonly callers: Readonly<Record<string, number>>;
}

export interface InstanceAllowance extends Allowance {
  /** The process; null while none runs in this place. */
  readonly instance: string | null;
  readonly isFrozen: boolean;
}

/** One second, when all requests that began in it have ended. */
export interface ServiceSecond {
  /** Its begin, epoch ms. */
  readonly at: number;
  readonly callers: ReadonlyMap<string, CallerSecond>;
  /** The heaviest within it. */
  readonly load: Readonly<LoadState>;
  /** The least that the slots bore during this second. */
  readonly bearsPerS: number;
  /** Requests that throttles have let through, and that have asked for a slot, from the start to its end. */
  readonly admitted: number;
  readonly asked: number;
  /** By place, at its end. */
  readonly instances: readonly InstanceAllowance[];
}

export interface ServiceView {
  readonly site: ServiceSite;
  /** Only grows; a second comes when its last request has ended. */
  readonly seconds: readonly ServiceSecond[];
}
