import { CRITICALITIES } from '../shedding/index.ts';
import type { LeaseFacts, Quota } from './leases.ts';
import { quotaOf } from './quotas.ts';
import type { CallerQuota, ResourceQuotas } from './quotas-types.ts';

/** The quotas of a resource in the words of a lease plan: the most important class first. */
export function leaseTerms(quotas: ResourceQuotas): Pick<LeaseFacts, 'capacity' | 'quotaOf' | 'others'> {
  return {
    capacity: quotas.capacityPerS,
    quotaOf: (caller) => termsOf(quotaOf(quotas, caller)),
    others: termsOf(quotas.others),
  };
}

function termsOf({ weight, floorPerS, limitPerS, criticality }: CallerQuota): Quota {
  return {
    weight,
    floor: floorPerS,
    priority: CRITICALITIES.indexOf(criticality),
    ...(limitPerS === null ? {} : { limit: limitPerS }),
  };
}
