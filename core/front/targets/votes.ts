/** What the probers say of a target, and what a decision on it needs to see. */

import { viewpoints } from '../../database/viewpoints.ts';
import { PROBERS_MIN, votesOn } from '../../database/votes.ts';
import {
  targetObservationKey,
  type TargetEntry,
  type TargetObservationItem,
} from '../../state/front-items.ts';
import type { FrontFacts } from '../facts.ts';

export interface TargetView {
  readonly target: TargetEntry;
  /** Zones whose prober gets no good answer from it, and got none in its newest probe. */
  readonly failing: readonly string[];
  /** Zones whose prober calls it healthy. */
  readonly healthy: readonly string[];
  /** The latest time from which all zones in `failing` have called it so; null where none does. */
  readonly failingSince: number | null;
  /** The same of those in `healthy`. */
  readonly healthySince: number | null;
  /** At least two zones, and more than call it healthy, get no good answer (I-06). */
  readonly isFailing: boolean;
  /** At least two zones get a good answer, and nobody fails to. */
  readonly isHealthy: boolean;
  /** Target groups where it stands and is not draining. */
  readonly standsIn: readonly string[];
  /** In words and numbers, for the ledger. */
  readonly told: string;
}

/** The zones whose observation counts now: neither old nor blind (I-08, F-06). */
export function votingOf({
  observations,
  zones,
  env,
  now,
  web,
}: Pick<FrontFacts, 'observations' | 'zones' | 'env' | 'now' | 'web'>): readonly TargetObservationItem[] {
  const own = observations.filter((item) => item.env === env && zones.includes(item.az));
  return viewpoints(own, { now, ageMsMax: web['observation-age-ms-max'] }).voting;
}

export function viewsOf(facts: FrontFacts, voting: readonly TargetObservationItem[]): readonly TargetView[] {
  return facts.targets.map((target) => viewOf(target, facts, voting));
}

function viewOf(
  target: TargetEntry,
  { described, zones }: FrontFacts,
  voting: readonly TargetObservationItem[],
): TargetView {
  const { memberId, address, port } = target;
  const heard = voting.map((item) => heardOf(memberId, item));
  const { failing, healthy, since } = votesOn(memberId, heard, []);
  const standsIn = Object.entries(described)
    .filter(([, group]) =>
      group.some((one) => one.address === address && one.port === port && one.state !== 'draining'),
    )
    .map(([targetGroup]) => targetGroup);
  const isStopped = target.stoppedAt === undefined ? '' : ', and ECS that its task has stopped';
  const counts = `${failing.length} of ${zones.length} zones get no good answer, ${healthy.length} do`;
  return {
    target,
    failing,
    healthy,
    failingSince: since,
    healthySince: sinceHealthy(memberId, heard),
    isFailing: failing.length >= PROBERS_MIN && failing.length > healthy.length,
    isHealthy: healthy.length >= PROBERS_MIN && failing.length === 0,
    standsIn,
    told: `${memberId}: ${counts}; its balancer says ${target.balancer ?? 'nothing'}${isStopped}`,
  };
}

/** The keys of the items that the votes stand on. */
export function evidenceOf(voting: readonly TargetObservationItem[]): readonly string[] {
  return voting.map(({ az, at }) => {
    const { pk, sk } = targetObservationKey(az, at);
    return `${pk}|${sk}`;
  });
}

type Heard = Pick<TargetObservationItem, 'az' | 'verdicts'>;

/** A verdict does not accuse whose newest probe was answered well. */
function heardOf(memberId: string, { az, samples, verdicts }: TargetObservationItem): Heard {
  const newest = samples.findLast((sample) => sample.memberId === memberId);
  const accuses = newest !== undefined && newest.reach !== 'ok';
  return { az, verdicts: verdicts.filter(({ failure }) => failure === null || accuses) };
}

function sinceHealthy(memberId: string, heard: readonly Heard[]): number | null {
  const times = heard.flatMap(({ verdicts }) =>
    verdicts.filter((one) => one.memberId === memberId && one.failure === null).map(({ since }) => since),
  );
  return times.length === 0 ? null : Math.max(...times);
}
