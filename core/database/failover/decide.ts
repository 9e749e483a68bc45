/**
 * Whether to promote a reader now. AWS fails over by itself when the writer's process or host dies; this
 * decision adds the failures that AWS does not see, and gives AWS its time for those that it does.
 */

import type { Failure } from '../../failures.ts';
import type { LedgerItem, LedgerStep, ObservationItem } from '../../state/items.ts';
import { freshOutcomes, accusersOf, outcomeEvidence, writeAccusers, writeSuccess } from '../clients.ts';
import { isGone } from '../signals.ts';
import { evidenceOf, viewpoints } from '../viewpoints.ts';
import { agreedWriter, tell, votesOn, type Votes } from '../votes.ts';
import { checkFailover } from './invariants.ts';
import { chooseTarget } from './target.ts';
import type { DescribedCluster, FailoverDecision, FailoverFacts, HoldCause } from './types.ts';

/** Failures of a writer that a failover can heal. */
export const WRITER_FAILURES: readonly Failure[] = [
  'writer-unreachable',
  'writer-read-only',
  'writer-stalled',
];

const LOOK_AGAIN_MS = 1000;

type Hold = Extract<FailoverDecision, { state: 'holding' }>;

export interface DecideOptions {
  /** The unfinished recovery that is being planned again: its own call does not start the cooldown. */
  readonly resuming?: string;
}

export function decideFailover(facts: FailoverFacts, options: DecideOptions = {}): FailoverDecision {
  const { now, thresholds } = facts;
  const { voting, abstaining } = viewpoints(facts.observations, {
    now,
    ageMsMax: thresholds['observation-age-ms-max'],
  });
  const writer = agreedWriter(voting);
  if (writer === null) {
    return hold('no-votes', `${voting.length} probers vote, ${abstaining.length} abstain, no agreed writer`);
  }
  const fresh = freshOutcomes(facts.outcomes, { now, windowMs: thresholds['outcome-window-ms'] });
  const clients = [...new Set([...accusersOf(writer, fresh), ...writeAccusers(fresh)])];
  const votes = votesOn(writer, voting, clients);
  if (votes.failing.length === 0) return { state: 'healthy', reason: tell(votes) };
  const held =
    holdForEvidence(votes, facts) ??
    holdForClients(facts) ??
    holdForAws(facts, writer, voting) ??
    holdForTime(votes, facts, voting) ??
    holdForCooldown(facts, options);
  if (held !== null) return held;
  const choice = chooseTarget(facts, facts.cluster!, writer, voting);
  if (choice.target === null) return hold('no-target', choice.reason);
  const decision = {
    state: 'failover' as const,
    failure: votes.failure!,
    writer,
    target: choice.target,
    reason: `${tell(votes)}; for ${now - votes.since!} ms; target ${choice.reason}`,
    evidence: [...voting.map(evidenceOf), ...fresh.map(outcomeEvidence)],
  };
  checkFailover(facts, decision, votes);
  return decision;
}

function holdForEvidence(votes: Votes, facts: FailoverFacts): Hold | null {
  const { memberIds } = facts;
  if (!memberIds.includes(votes.memberId)) {
    return hold('not-agreed', `${votes.memberId} is unknown to this deployment`);
  }
  if (!votes.agreed) {
    return hold(
      'not-agreed',
      `${tell(votes)}: two viewpoints are needed (I-06)`,
      secondViewpointAt(votes, facts),
    );
  }
  if (votes.failure === null || !WRITER_FAILURES.includes(votes.failure)) {
    return hold('not-agreed', `${votes.failure} is no failure that a failover heals`);
  }
  return null;
}

/**
 * One prober alone accuses the writer. The clients' word comes later than a prober's, once their writes have run out
 * of time, and wakes nobody: it is looked for as long as a report of theirs counts. Then only new evidence helps.
 */
function secondViewpointAt(votes: Votes, { now, thresholds }: FailoverFacts): number | null {
  const isYoung = votes.since !== null && now - votes.since <= thresholds['outcome-window-ms'];
  return isYoung ? now + LOOK_AGAIN_MS : null;
}

/** While clients' writes succeed there is nothing to heal, whatever the probers see (I-16). */
function holdForClients({ now, outcomes, thresholds }: FailoverFacts): Hold | null {
  const windowMs = thresholds['outcome-window-ms'];
  const fresh = freshOutcomes(outcomes, { now, windowMs });
  const { ok, errors, ratio } = writeSuccess(fresh);
  if (ratio === null || ratio < thresholds['write-success-ratio']) return null;
  const reason = `${ok} of ${ok + errors} client writes succeeded in ${windowMs} ms`;
  const oldest = Math.min(...fresh.map((item) => item.at));
  return hold('writes-succeed', reason, oldest + windowMs + 1);
}

function holdForAws(facts: FailoverFacts, writer: string, voting: readonly ObservationItem[]): Hold | null {
  const { cluster, now, thresholds } = facts;
  if (cluster === null) return hold('aws-unknown', 'AWS could not be asked what it is doing', now + 1000);
  if (now - cluster.at > thresholds['observation-age-ms-max']) {
    return hold('aws-unknown', `AWS was asked ${now - cluster.at} ms ago`, now + 1000);
  }
  if (cluster.status !== 'available') {
    return hold('aws-acting', `the cluster is ${cluster.status}`, now + 1000);
  }
  const described = describedWriter(cluster);
  if (described !== writer) {
    return hold('aws-disagrees', `AWS names ${described ?? 'no writer'}, the members ${writer}`, now + 1000);
  }
  const moved = latestMove(voting);
  const until = moved === null ? null : moved + thresholds['managed-hold-ms'];
  if (until !== null && until > now) {
    return hold('young-failover', `the writer moved ${now - moved!} ms ago`, until);
  }
  return null;
}

/** A dead process gets AWS's time; what AWS does not see gets the shorter one. */
function holdForTime(votes: Votes, facts: FailoverFacts, voting: readonly ObservationItem[]): Hold | null {
  const { now, thresholds } = facts;
  const gone = votes.failure === 'writer-unreachable' && isWriterGone(votes.memberId, voting);
  const cause = gone ? 'managed-hold' : 'gray-hold';
  const holdMs = thresholds[gone ? 'managed-hold-ms' : 'gray-hold-ms'];
  const until = votes.since! + holdMs;
  if (until <= now) return null;
  return hold(cause, `${tell(votes)} for ${now - votes.since!} of ${holdMs} ms`, until);
}

/** At most one failover of ours in a cooldown; only an acknowledgement ends it early (I-10). */
function holdForCooldown(facts: FailoverFacts, { resuming }: DecideOptions): Hold | null {
  const { ledger, now, thresholds } = facts;
  for (const item of ledger) {
    if (item.id === resuming || item.acknowledged !== undefined) continue;
    const actedAt = calledAt(item);
    const until = actedAt === null ? null : actedAt + thresholds['cooldown-ms'];
    if (until === null || until <= now) continue;
    return hold('cooldown', `recovery ${item.id} acted ${now - actedAt!} ms ago`, until);
  }
  return null;
}

/** When the recovery last made its disruptive call, or meant to; null when it certainly did not. */
export function calledAt(item: LedgerItem): number | null {
  return lastCall(item)?.at ?? null;
}

/** The last step of the recovery that was called, or meant to be, and not refused. */
export function lastCall(item: LedgerItem): LedgerStep | undefined {
  return item.steps.findLast(
    ({ call, at, outcome }) => call !== null && at !== null && outcome !== 'refused' && outcome !== 'skipped',
  );
}

export function describedWriter(cluster: DescribedCluster): string | null {
  return cluster.members.find((member) => member.isWriter)?.id ?? null;
}

function isWriterGone(writer: string, voting: readonly ObservationItem[]): boolean {
  const reaches = voting
    .flatMap(({ samples }) => samples.filter((sample) => sample.memberId === writer))
    .map((sample) => sample.reach);
  return reaches.some(isGone);
}

function latestMove(voting: readonly ObservationItem[]): number | null {
  const moves = voting.map(({ writer }) => writer?.since ?? null).filter((since) => since !== null);
  return moves.length === 0 ? null : Math.max(...moves);
}

function hold(cause: HoldCause, reason: string, reviewAt: number | null = null): Hold {
  return { state: 'holding', cause, reason, reviewAt };
}
