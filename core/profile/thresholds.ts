/** Checks the thresholds of a profile, tier by tier. */

import type { Fault } from '../errors.ts';
import { TIERS } from '../naming.ts';
import { THRESHOLDS, defaultsOf, thresholdFaults } from '../thresholds/index.ts';
import type { NormalizedProfile } from './normalized.ts';
import { objectAt, onlyKnown } from './reading.ts';

/** The tiers that have thresholds today, in the order of the tiers. */
export function tunableTiers(): readonly (typeof TIERS)[number][] {
  return TIERS.filter((tier) => THRESHOLDS.some((spec) => spec.tier === tier));
}

/** Every threshold of every tunable tier: what the profile says, else the default. */
export function readThresholds(faults: Fault[], value: unknown): NormalizedProfile['thresholds'] {
  const tiers = tunableTiers();
  const fields = value === undefined ? {} : (objectAt(faults, 'thresholds', value) ?? {});
  onlyKnown(faults, 'thresholds', fields, tiers);
  return Object.fromEntries(
    tiers.map((tier) => {
      const path = `thresholds.${tier}`;
      const given = fields[tier] === undefined ? {} : (objectAt(faults, path, fields[tier]) ?? {});
      faults.push(...thresholdFaults(tier, given, path));
      return [tier, { ...defaultsOf(tier), ...(given as Record<string, number>) }];
    }),
  );
}
