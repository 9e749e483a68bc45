/** The throttle of one instance with its leases: wired as the shipped `openThrottle` wires it, over simulated ports. */

import { InstanceLease } from '../../../runtime/throttle/leases/instance-lease.ts';
import type { LeaseStore } from '../../../runtime/throttle/leases/store.ts';
import { Throttle, type ThrottleOptions } from '../../../runtime/throttle/throttle.ts';
import type { ThrottleLeaseItem } from '../../../core/state/throttle-items.ts';
import type { Random } from '../kernel/index.ts';
import type { Guard, GuardSite } from './instance.ts';
import { RESOURCE, type ServiceSite } from './site.ts';

export interface GuardOptions {
  readonly site: ServiceSite;
  readonly random: Random;
  readonly store: LeaseStore;
  /** The newest lease that the table has answered, for whoever looks on. */
  newest(): ThrottleLeaseItem | null;
  /** @default - those of the throttle */
  readonly throttle?: Partial<ThrottleOptions>;
  /** A request was let through. */
  readonly onAdmitted: () => void;
}

/** As `openThrottle` has it. */
export const REPORT_MS = 10_000;
export const BURST_S = 1;

export function openGuard({ process: clock, instance }: GuardSite, options: GuardOptions): Guard {
  const { site, random, store, newest, onAdmitted } = options;
  const { application, capacityPerS } = site;
  const lease = new InstanceLease({
    clock,
    random: random.next,
    store,
    identity: { application, resource: RESOURCE, instance },
    capacityPerS,
    burstS: BURST_S,
    reportMs: REPORT_MS,
    onChange: () => throttle.refresh(),
  });
  const terms = lease.terms();
  const throttle = new Throttle({
    clock,
    ...terms,
    shared: terms.limitOf(''),
    ...options.throttle,
    onDecision: (decision) => {
      lease.count(decision);
      if (decision.outcome === 'admitted') onAdmitted();
    },
  });
  lease.start();
  const callers = site.callers.map(({ name }) => name);
  return {
    throttle,
    allowance: () => ({
      perSecond: lease.describe().totalPerS,
      lease: newest()?.epoch === lease.describe().epoch ? newest() : null,
      callers: Object.fromEntries(callers.map((name) => [name, throttle.limitOf(name).perSecond])),
    }),
  };
}

/** A store that hands everything on, and keeps the newest lease that was read. */
export function noteNewest(store: LeaseStore): {
  readonly store: LeaseStore;
  newest(): ThrottleLeaseItem | null;
} {
  let newest: ThrottleLeaseItem | null = null;
  const noting: LeaseStore = {
    report: (item) => store.report(item),
    lease: async (...which) => {
      const item = await store.lease(...which);
      if (item !== null) newest = item;
      return item;
    },
    close: () => store.close(),
  };
  return { store: noting, newest: () => newest };
}
