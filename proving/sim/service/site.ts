/** The throttled service of a run in numbers: how much it bears, who calls it, and what each was promised. */

import type { Criticality } from '../../../core/shedding/index.ts';
import type { QuotasDocument } from '../../../core/throttle/index.ts';
import type { Random } from '../kernel/index.ts';

export const RESOURCE = 'quotes';

export interface CallerSite {
  readonly name: string;
  /**
   * `steady`: keeps within what it was promised, whatever happens. `surging`: its load follows that of the service.
   * `flooding`: it alone may send a hundred times what it usually does.
   */
  readonly kind: 'steady' | 'surging' | 'flooding';
  /** Requests a second while nothing happens. */
  readonly perSecond: number;
  readonly criticality: Criticality;
}

export interface ServiceSite {
  readonly application: string;
  readonly instances: number;
  /** Of each instance. */
  readonly slots: number;
  readonly workMs: number;
  /** What all slots together bear: requests a second. */
  readonly capacityPerS: number;
  readonly quotas: QuotasDocument;
  readonly callers: readonly CallerSite[];
}

/** Shares of the capacity, over all callers of a kind. */
const FLOORS = 0.5;
const STEADY = 0.4;
const FLOODING = 0.02;
/** What the flooding caller may have at most. */
const FLOOD_LIMIT = 0.1;
const BURST_S = 2;
const MS_PER_S = 1000;

export function drawSite(random: Random, application: string): ServiceSite {
  const instances = random.between(2, 3);
  const slots = 4;
  const workMs = random.between(60, 100);
  const capacityPerS = (instances * slots * MS_PER_S) / workMs;
  const steady = random.between(2, 4);
  const surging = random.between(2, 4);
  const load = random.between(55, 75) / 100;
  return {
    application,
    instances,
    slots,
    workMs,
    capacityPerS,
    quotas: quotasOf(capacityPerS, steady),
    callers: [
      ...several('steady', steady, (capacityPerS * STEADY) / steady, 'critical'),
      ...several('surging', surging, (capacityPerS * (load - STEADY - FLOODING)) / surging, 'sheddable-plus'),
      ...several('flooding', 1, capacityPerS * FLOODING, 'critical'),
    ],
  };
}

function quotasOf(capacityPerS: number, steady: number): QuotasDocument {
  const floorPerS = (capacityPerS * FLOORS) / steady;
  const promised = Array.from({ length: steady }, (_, index) => [`steady-${index + 1}`, { floorPerS }]);
  return {
    capacityPerS,
    burstS: BURST_S,
    callers: { ...Object.fromEntries(promised), 'flooding-1': { limitPerS: capacityPerS * FLOOD_LIMIT } },
    others: { criticality: 'sheddable-plus' },
  };
}

function several(
  kind: CallerSite['kind'],
  count: number,
  perSecond: number,
  criticality: Criticality,
): readonly CallerSite[] {
  return Array.from({ length: count }, (_, index) => ({
    name: `${kind}-${index + 1}`,
    kind,
    perSecond,
    criticality,
  }));
}
