/** Checks an environment profile and applies every default. Pure: the same profile gives the same answer. */

import { InvalidInput, type Fault } from '../errors.ts';
import { readApplications, readExisting, readNotify } from './attachments.ts';
import { DELETION_PROTECTION_DEFAULT, SIZES, SIZE_DEFAULT } from './defaults.ts';
import type { NormalizedProfile, ValidatedProfile, Warning } from './normalized.ts';
import { readPlace } from './place.ts';
import { booleanAt, choiceAt, objectAt, onlyKnown, type Fields } from './reading.ts';
import { readThresholds } from './thresholds.ts';
import { readThrottle } from './throttle.ts';
import { readTiers } from './tiers.ts';

const FIELDS = [
  'name',
  'region',
  'zones',
  'size',
  'tiers',
  'applications',
  'throttle',
  'thresholds',
  'notify',
  'existing',
  'deletionProtection',
];

/**
 * The profile with every default applied, and what an engineer should know of it.
 * @param input what the team wrote; its type is not trusted, because JavaScript callers have none
 * @throws InvalidInput listing every fault with field, value, rule and fix; nothing is changed
 */
export function validate(input: unknown): ValidatedProfile {
  const faults: Fault[] = [];
  const warnings: Warning[] = [];
  const fields = objectAt(faults, 'profile', input) ?? {};
  onlyKnown(faults, '', fields, FIELDS);
  const profile = readProfile(faults, warnings, fields);
  if (faults.length > 0) {
    const name = typeof fields['name'] === 'string' ? ` '${fields['name']}'` : '';
    throw new InvalidInput(`The environment profile${name}`, faults);
  }
  return { profile, warnings };
}

function readProfile(faults: Fault[], warnings: Warning[], fields: Fields): NormalizedProfile {
  const place = readPlace(faults, fields);
  const size = choiceAt(faults, 'size', fields['size'], SIZES) ?? SIZE_DEFAULT;
  const existing = fields['existing'];
  const attached = (existing as Partial<Fields> | null | undefined)?.['cluster'] !== undefined;
  const applications = readApplications(faults, fields['applications']);
  const throttle = readThrottle(faults, fields['throttle'], applications);
  const context = { ...place, size, attached, applications, throttle };
  const tiers = readTiers(faults, warnings, fields['tiers'], context);
  return {
    ...place,
    size,
    tiers,
    applications,
    throttle,
    thresholds: readThresholds(faults, fields['thresholds']),
    notify: readNotify(faults, warnings, fields['notify'], place.region),
    existing: readExisting(faults, existing, {
      zones: place.zones,
      single: tiers.database.redundancy === 'none',
      hasTasks: tiers.web !== null || tiers.service.length > 0,
      hasPublicEdge: tiers.edge !== null && !tiers.edge.private,
    }),
    deletionProtection: readProtection(faults, fields['deletionProtection']),
  };
}

function readProtection(faults: Fault[], value: unknown): boolean {
  const given = booleanAt(faults, 'deletionProtection', value, 'leave it out to protect the data');
  return given ?? DELETION_PROTECTION_DEFAULT;
}
