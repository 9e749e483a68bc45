/** Checks where the environment stands: its name, Region and zones. */

import type { Fault } from '../errors.ts';
import { ZONES_MAX, ZONES_MIN } from './defaults.ts';
import { ENVIRONMENT_NAME, REGION } from './names.ts';
import { listAt, requiredTextAt, type Fields } from './reading.ts';

export interface Place {
  readonly name: string;
  readonly region: string;
  readonly zones: readonly string[];
}

/** Faulty fields come back empty; the caller throws when a fault was noted. */
export function readPlace(faults: Fault[], fields: Fields): Place {
  const name = requiredTextAt(faults, 'name', fields['name'], ENVIRONMENT_NAME) ?? '';
  const region = requiredTextAt(faults, 'region', fields['region'], REGION) ?? '';
  return { name, region, zones: readZones(faults, fields['zones'], region) };
}

function readZones(faults: Fault[], value: unknown, region: string): readonly string[] {
  const listed = value === undefined ? [] : listAt(faults, 'zones', value);
  if (listed === null) return [];
  const zones = new Set<string>();
  listed.forEach((zone, index) => {
    const field = `zones[${index}]`;
    if (typeof zone !== 'string' || (region !== '' && !isZoneOf(zone, region))) {
      const rule = region === '' ? 'must be the name of a zone' : `is not a zone of the region ${region}`;
      faults.push({ field, value: zone, rule, fix: `use a zone such as ${region || 'us-east-1'}a` });
    } else if (zones.has(zone)) {
      faults.push({ field, value: zone, rule: 'stands twice', fix: 'name each zone once' });
    } else zones.add(zone);
  });
  if (listed.length < ZONES_MIN || listed.length > ZONES_MAX) {
    faults.push({
      field: 'zones',
      value: listed,
      rule: `must name ${ZONES_MIN} to ${ZONES_MAX} availability zones, so that one can be lost (I-35)`,
      fix: region === '' ? 'add zones' : `use for example ${region}a, ${region}b and ${region}c`,
    });
  }
  return [...zones];
}

function isZoneOf(zone: string, region: string): boolean {
  return zone.length === region.length + 1 && zone.startsWith(region) && /[a-z]$/.test(zone);
}
