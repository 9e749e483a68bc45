/**
 * Whether the writer may be changed now on an operator's word. Nothing is broken, so nothing is hurried: whatever
 * is unknown, unfinished or in doubt is a refusal, and the cluster stays as it is.
 */

import type { ObservationItem } from '../../state/items.ts';
import { describedWriter } from '../failover/decide.ts';
import { FAILOVER_CALL } from '../failover/recovery.ts';
import { chooseTarget, lagOf } from '../failover/target.ts';
import type { DescribedCluster, DescribedMember } from '../failover/types.ts';
import { isUnfinished } from '../ledger.ts';
import { evidenceOf, viewpoints } from '../viewpoints.ts';
import { agreedWriter, votesOn } from '../votes.ts';
import type { SwitchoverDecision, SwitchoverFacts, SwitchoverRefusal } from './types.ts';

type Refused = Extract<SwitchoverDecision, { state: 'refused' }>;

/** @param to the member to promote; null chooses the one that a failover would choose */
export function decideSwitchover(facts: SwitchoverFacts, to: string | null): SwitchoverDecision {
  const { cluster, now, thresholds } = facts;
  const ageMsMax = thresholds['observation-age-ms-max'];
  const { voting, abstaining } = viewpoints(facts.observations, { now, ageMsMax });
  if (cluster === null || now - cluster.at > ageMsMax) {
    return refuse('aws-unknown', 'AWS could not be asked what it is doing', 'try again');
  }
  const writer = describedWriter(cluster);
  const busy = refuseWhileBusy(facts, cluster, writer);
  if (busy !== null) return busy;
  if (voting.length === 0) {
    const why = abstaining.map(({ az, why: reason }) => `${az}: ${reason}`).join('; ') || 'none has written';
    return refuse('no-votes', `no prober votes (${why})`, 'see that the probers run, and try again');
  }
  const agreed = agreedWriter(voting);
  if (writer === null || agreed !== writer) {
    const reason = `AWS names ${writer ?? 'no writer'}, the probers ${agreed ?? 'none that they agree on'}`;
    return refuse('aws-disagrees', reason, 'wait until they agree, and try again');
  }
  return choose(facts, { cluster, voting, writer, to });
}

interface Choice {
  readonly cluster: DescribedCluster;
  readonly voting: readonly ObservationItem[];
  readonly writer: string;
  readonly to: string | null;
}

function choose(facts: SwitchoverFacts, { cluster, voting, writer, to }: Choice): SwitchoverDecision {
  const refusals = new Map(cluster.members.map((one) => [one.id, whyUnfit(one, facts, voting, writer)]));
  const fit = cluster.members.filter(({ id }) => refusals.get(id) === null);
  if (to !== null) {
    const known = facts.memberIds.includes(to) ? refusals.get(to) : undefined;
    if (known === undefined) {
      const fix = `one of: ${facts.memberIds.filter((id) => id !== writer).join(', ')}`;
      return refuse('unknown-target', `${to} is no member of ${cluster.clusterId}`, fix);
    }
    if (known !== null) return known;
  }
  const wanted = to === null ? fit : fit.filter(({ id }) => id === to);
  const others = cluster.members.filter(({ id }) => id === writer);
  const best = chooseTarget(
    { ...facts, outcomes: [] },
    { ...cluster, members: [...others, ...wanted] },
    writer,
    voting,
  );
  if (best.target === null) {
    const reasons = [...refusals.values()].filter((one) => one !== null && one.cause !== 'target-is-writer');
    const reason = reasons.map((one) => one!.reason).join('; ') || best.reason;
    return refuse('no-target', reason, 'wait until a reader is fit, and try again');
  }
  const evidence = voting.map(evidenceOf);
  return { state: 'switchover', writer, target: best.target, reason: best.reason, evidence };
}

/** AWS changes something, or a recovery of ours is not finished: two changes at once end badly. */
function refuseWhileBusy(
  { ledger }: SwitchoverFacts,
  cluster: DescribedCluster,
  writer: string | null,
): Refused | null {
  const wait = 'wait until it is over, and try again';
  if (cluster.status !== 'available') {
    return refuse('aws-acting', `the cluster ${cluster.clusterId} is ${cluster.status}`, wait);
  }
  const status = cluster.members.find(({ id }) => id === writer)?.status;
  if (writer !== null && status !== 'available') {
    return refuse('aws-acting', `the writer ${writer} is ${status ?? 'of unknown status'}`, wait);
  }
  const open = ledger.find((item) => isUnfinished(item) && item.steps.some((s) => s.call === FAILOVER_CALL));
  if (open === undefined) return null;
  const reason = `recovery ${open.id} of ${open.function} is ${open.state}`;
  return refuse('recovery-unfinished', reason, wait);
}

/** Stricter than for a failover: every prober that votes must see it healthy, and its lag must be known. */
function whyUnfit(
  member: DescribedMember,
  { thresholds, memberIds }: SwitchoverFacts,
  voting: readonly ObservationItem[],
  writer: string,
): Refused | null {
  const { id, status } = member;
  if (id === writer) return refuse('target-is-writer', `${id} is the writer already`, 'name a reader');
  const other = 'name another reader, or wait';
  if (!memberIds.includes(id)) return refuse('unknown-target', `${id} is unknown to this deployment`, other);
  if (status !== 'available') {
    return refuse('target-unavailable', `${id} is ${status ?? 'of unknown status'}`, other);
  }
  const { failing, healthy, failure } = votesOn(id, voting, []);
  if (failing.length > 0) {
    return refuse('target-unhealthy', `${id} is ${failure} to the probers in ${failing.join(', ')}`, other);
  }
  if (healthy.length === 0) return refuse('target-unhealthy', `${id} is seen by no prober`, other);
  const lagMs = lagOf(id, voting);
  const lagMsMax = thresholds['promotion-lag-ms-max'];
  if (lagMs !== null && lagMs <= lagMsMax) return null;
  const lags = lagMs === null ? `${id}'s lag is unknown` : `${id} lags ${lagMs} ms, above ${lagMsMax} ms`;
  return refuse('target-lagging', lags, other);
}

function refuse(cause: SwitchoverRefusal, reason: string, fix: string): Refused {
  return { state: 'refused', cause, reason, fix };
}
