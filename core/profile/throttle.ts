/** Checks the throttled resources of a profile. */

import type { Fault } from '../errors.ts';
import type { ResourceQuotas } from '../throttle/quotas-types.ts';
import { readQuotas } from '../throttle/quotas.ts';
import { APPLICATION_NAME } from './names.ts';
import { objectAt, requiredTextAt } from './reading.ts';

export function readThrottle(
  faults: Fault[],
  value: unknown,
  applications: readonly string[],
): readonly ResourceQuotas[] {
  if (value === undefined) return [];
  const resources = objectAt(faults, 'throttle', value) ?? {};
  return Object.entries(resources)
    .toSorted(([a], [b]) => a.localeCompare(b))
    .flatMap(([resource, entry]) => {
      const field = `throttle.${resource}`;
      const fields = objectAt(faults, field, entry);
      if (fields === null) return [];
      const { application: given, ...document } = fields;
      const application = requiredTextAt(faults, `${field}.application`, given, APPLICATION_NAME);
      if (application !== null && !applications.includes(application)) {
        const rule = 'is none of applications';
        const fix = `name one of ${applications.join(', ') || '(there is none)'}, or add it to applications`;
        faults.push({ field: `${field}.application`, value: application, rule, fix });
      }
      const quotas = readQuotas({ field, resource, application: application ?? '' }, document);
      faults.push(...quotas.faults);
      return quotas.faults.length === 0 ? [quotas.quotas] : [];
    });
}
