import type { ObservationItem } from '../../state/items.ts';
import { votesOn } from '../votes.ts';
import type { DescribedCluster, DescribedMember, FailoverFacts } from './types.ts';

/** Lags within the same step of this size are equal: storage is shared, tiers then decide. */
export const LAG_STEP_MS = 100;

export type TargetChoice =
  { readonly target: string; readonly reason: string } | { readonly target: null; readonly reason: string };

/**
 * The reader to promote: known at deployment, available, seen healthy, lag within `promotion-lag-ms-max`
 * (I-17). Outside the failed writer's zone when there is a choice, then by lag, promotion tier and name. An
 * unknown lag is no evidence against a reader, but known ones go first.
 */
export function chooseTarget(
  facts: FailoverFacts,
  cluster: DescribedCluster,
  writer: string,
  voting: readonly ObservationItem[],
): TargetChoice {
  const lagMax = facts.thresholds['promotion-lag-ms-max'];
  const refused: string[] = [];
  const fit = cluster.members.filter((member) => {
    if (member.id === writer) return false;
    const why = unfit(member, facts, voting, lagMax);
    if (why !== null) refused.push(`${member.id} ${why}`);
    return why === null;
  });
  const failedZone = cluster.members.find((member) => member.id === writer)?.az;
  const elsewhere = fit.filter((member) => member.az !== failedZone);
  const [best] = (elsewhere.length > 0 ? elsewhere : fit).toSorted(
    (a, b) =>
      lagStep(a.id, voting) - lagStep(b.id, voting) ||
      a.promotionTier - b.promotionTier ||
      (a.id < b.id ? -1 : 1),
  );
  if (best === undefined) return { target: null, reason: refused.join(', ') || 'the cluster has no reader' };
  const lag = lagOf(best.id, voting);
  const lagText = lag === null ? 'lag unknown' : `lag ${lag} ms`;
  return { target: best.id, reason: `${best.id} in ${best.az}: ${lagText}, tier ${best.promotionTier}` };
}

/** The greatest lag that a voting prober reports for the member; null when none knows it. */
export function lagOf(memberId: string, voting: readonly ObservationItem[]): number | null {
  const lags = voting
    .flatMap(({ samples }) => samples.filter((sample) => sample.memberId === memberId))
    .map((sample) => sample.lagMs)
    .filter((lag) => lag !== null);
  return lags.length === 0 ? null : Math.max(...lags);
}

function unfit(
  member: DescribedMember,
  { memberIds }: FailoverFacts,
  voting: readonly ObservationItem[],
  lagMsMax: number,
): string | null {
  if (!memberIds.includes(member.id)) return 'is unknown to this deployment';
  if (member.status !== 'available') return `is ${member.status ?? 'of unknown status'}`;
  const votes = votesOn(member.id, voting, []);
  if (votes.healthy.length === 0) return 'is seen healthy by nobody';
  if (votes.failing.length >= votes.healthy.length) return `is ${votes.failure} to ${votes.failing.length}`;
  const lag = lagOf(member.id, voting);
  return lag !== null && lag > lagMsMax ? `lags ${lag} ms, above ${lagMsMax} ms` : null;
}

function lagStep(memberId: string, voting: readonly ObservationItem[]): number {
  const lag = lagOf(memberId, voting);
  return lag === null ? Number.MAX_SAFE_INTEGER : Math.floor(lag / LAG_STEP_MS);
}
