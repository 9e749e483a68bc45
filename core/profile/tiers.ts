/** Checks the tiers of a profile, each against those behind it. */

import type { Fault } from '../errors.ts';
import type { ResourceQuotas } from '../throttle/quotas-types.ts';
import { readCache } from './cache.ts';
import { readDatabase } from './database.ts';
import { readEdge } from './edge.ts';
import type { NormalizedTiers, Warning } from './normalized.ts';
import type { Place } from './place.ts';
import { objectAt, onlyKnown } from './reading.ts';
import { readServices } from './service.ts';
import type { Size } from './types.ts';
import { readWeb } from './web.ts';

const FIELDS = ['database', 'cache', 'service', 'web', 'edge'];

export interface TiersContext extends Place {
  readonly size: Size;
  /** True when the cluster exists already. */
  readonly attached: boolean;
  readonly applications: readonly string[];
  readonly throttle: readonly ResourceQuotas[];
}

export function readTiers(
  faults: Fault[],
  warnings: Warning[],
  value: unknown,
  context: TiersContext,
): NormalizedTiers {
  const { name, region, zones, size, attached, applications, throttle } = context;
  const tiers = objectAt(faults, 'tiers', value) ?? {};
  onlyKnown(faults, 'tiers', tiers, FIELDS);
  const database = readDatabase(faults, warnings, tiers['database'], { size, attached });
  const members = database.readers + 1;
  const service = readServices(faults, tiers['service'], { size, zones, applications });
  const web = readWeb(faults, tiers['web'], { size, zones, services: service });
  return {
    database,
    cache: readCache(faults, tiers['cache'], { name, size, applications, members }),
    service,
    web,
    edge: readEdge(faults, tiers['edge'], { region, web, hasWeb: tiers['web'] !== undefined, throttle }),
  };
}
