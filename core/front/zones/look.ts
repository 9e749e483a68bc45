/** How each zone looks to the probers of the others. */

import type { FrontMemory, TargetObservationItem, ZoneLook } from '../../state/front-items.ts';
import type { FrontFacts } from '../facts.ts';
import { isCounted } from '../targets/removal.ts';
import type { TargetView } from '../targets/votes.ts';
import { shiftsOfOurs } from './shifts.ts';

export interface ZoneView {
  readonly zone: string;
  readonly look: ZoneLook;
  readonly since: number;
  /** Its targets, and those of them that two zones beside it get no good answer from. */
  readonly targets: number;
  readonly failing: number;
  /** A shift of ours leads away from it, whoever is left in it. */
  readonly isShifted: boolean;
  /** In words and numbers. */
  readonly told: string;
}

/** Others must agree on it, whatever the zone itself sees (I-06). */
const WITNESSES_MIN = 2;

/**
 * Gray: most of its targets fail for two other zones, and it is not one target alone: several do, or the zone's own
 * prober is silent or blind. Well: hardly any fails, and its prober sees. A zone that too few look at is neither.
 */
export function zoneViews(
  facts: FrontFacts,
  views: readonly TargetView[],
  voting: readonly TargetObservationItem[],
): readonly ZoneView[] {
  const own = views.map(({ target }) => target.az).filter((az) => az !== 'unknown');
  const shifted = new Set(shiftsOfOurs(facts).map(({ shift }) => shift.zone));
  const zones = [...new Set([...own, ...Object.keys(facts.memory.zones), ...shifted])].toSorted();
  return zones.map((zone) => {
    const targets = views.filter((view) => view.target.az === zone && isCounted(view));
    const failing = targets.filter((view) => witnesses(view, zone) >= WITNESSES_MIN).length;
    const sees = voting.some(({ az }) => az === zone);
    const look = lookOf({ targets: targets.length, failing, sees }, facts);
    const known = facts.memory.zones[zone];
    const since = known?.look === look ? known.since : facts.now;
    const eyes = sees ? 'its prober sees' : 'its prober is silent or blind';
    const told = `${zone}: ${failing} of ${targets.length} targets fail for the others, ${eyes}`;
    const isShifted = shifted.has(zone);
    return { zone, look, since, targets: targets.length, failing, isShifted, told };
  });
}

/** What is to be remembered of them; a zone without targets that looks well is forgotten, once no shift is left. */
export function rememberZones(views: readonly ZoneView[]): FrontMemory['zones'] {
  const kept = views.filter(({ targets, look, isShifted }) => targets > 0 || look !== 'well' || isShifted);
  return Object.fromEntries(kept.map(({ zone, look, since }) => [zone, { look, since }]));
}

function witnesses({ failing }: TargetView, zone: string): number {
  return failing.filter((az) => az !== zone).length;
}

function lookOf(
  { targets, failing, sees }: Pick<ZoneView, 'targets' | 'failing'> & { readonly sees: boolean },
  { edge }: FrontFacts,
): ZoneLook {
  const share = targets === 0 ? 0 : failing / targets;
  if (share > edge['zone-gray-ratio'] && (failing > 1 || !sees)) return 'gray';
  return share <= edge['zone-healthy-ratio'] && sees ? 'well' : 'between';
}
