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
 * prober is silent or blind. Well: hardly any of those that are registered fails, and its prober sees; one that was
 * taken out gets no request, and its task may have ended long ago. A zone that too few look at is neither.
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
    const fails = (view: TargetView): boolean => witnesses(view, zone) >= WITNESSES_MIN;
    const failing = targets.filter(fails).length;
    const registered = targets.filter(({ target }) => target.registered);
    const inService = shareOf(registered.filter(fails).length, registered.length);
    const sees = voting.some(({ az }) => az === zone);
    const look = lookOf({ targets: targets.length, failing, inService, sees }, facts);
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

interface Seen extends Pick<ZoneView, 'targets' | 'failing'> {
  /** Failing share of its targets that are registered. */
  readonly inService: number;
  /** Its own prober sees. */
  readonly sees: boolean;
}

function lookOf({ targets, failing, inService, sees }: Seen, { edge }: FrontFacts): ZoneLook {
  const isGray = shareOf(failing, targets) > edge['zone-gray-ratio'] && (failing > 1 || !sees);
  if (isGray) return 'gray';
  return inService <= edge['zone-healthy-ratio'] && sees ? 'well' : 'between';
}

function shareOf(some: number, all: number): number {
  return all === 0 ? 0 : some / all;
}
