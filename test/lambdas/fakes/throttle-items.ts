import type { DemandItem, ThrottleLeaseItem, ThrottlePlanItem } from '../../../core/state/throttle-items.ts';
import { CALLER_QUOTA_DEFAULT, type ResourceQuotas } from '../../../core/throttle/index.ts';

export const AT = Date.UTC(2026, 10, 22, 12, 0, 0);

export const quotasItem = (change: Partial<ResourceQuotas> = {}): ResourceQuotas => ({
  resource: 'quotes',
  application: 'shop',
  capacityPerS: 1000,
  burstS: 1,
  callers: {},
  others: CALLER_QUOTA_DEFAULT,
  ...change,
});

export const demandItem = (change: Partial<DemandItem> = {}): DemandItem => ({
  kind: 'demand',
  application: 'shop',
  resource: 'quotes',
  instance: 'i1',
  at: AT,
  callers: { a: 10 },
  others: 0,
  held: null,
  ...change,
});

export const leaseItem = (change: Partial<ThrottleLeaseItem> = {}): ThrottleLeaseItem => ({
  kind: 'throttle-lease',
  application: 'shop',
  resource: 'quotes',
  instance: 'i1',
  epoch: 1,
  at: AT,
  until: AT + 30_000,
  callers: { a: 7.5 },
  others: 2.5,
  total: 10,
  burstS: 1,
  answers: AT - 2000,
  criticalities: { a: 'sheddable' },
  othersCriticality: 'critical',
  granted: [{ epoch: 1, at: AT, until: AT + 30_000, total: 10 }],
  ...change,
});

export const planItem = (change: Partial<ThrottlePlanItem> = {}): ThrottlePlanItem => ({
  kind: 'throttle-plan',
  application: 'shop',
  resource: 'quotes',
  epoch: 1,
  at: AT,
  since: AT - 100_000,
  capacityPerS: 1000,
  wantedPerS: 10,
  inForceMaxPerS: 10,
  instances: 1,
  ...change,
});
