/**
 * Which readers are published: out when two viewpoints call them failed, back in slowly. In order: who is a
 * reader now, who has failed, is the pool in panic, who leaves (velocity), who returns (hold), what the custom
 * endpoint must exclude. Whatever happens, one reader stays published while the cluster has one (I-03).
 */

import type { PoolItem } from '../../state/items.ts';
import { accusersOf, freshOutcomes, outcomeEvidence } from '../clients.ts';
import { agreedWriter, votesOn, type Votes } from '../votes.ts';
import { evidenceOf, viewpoints } from '../viewpoints.ts';
import { planEndpoint, recordedExclusions } from './endpoint.ts';
import { checkPool } from './invariants.ts';
import { admitOne, followTopology, initialPool, publishedCount } from './members.ts';
import { removeFailed } from './removal.ts';
import { returnHealthy } from './returning.ts';
import type { MemberFact, PoolChange, PoolFacts, PoolPlan } from './types.ts';

export function planPool(facts: PoolFacts): PoolPlan {
  const { now, thresholds } = facts;
  if (facts.pool !== null && facts.pool.epoch > facts.epoch) {
    return keep(facts, `a controller with epoch ${facts.pool.epoch} has written, ours is ${facts.epoch}`);
  }
  const { voting } = viewpoints(facts.observations, { now, ageMsMax: thresholds['observation-age-ms-max'] });
  const writer = agreedWriter(voting);
  if (writer === null) return keep(facts, 'no agreed view of the cluster: missing data is no evidence');
  const fresh = freshOutcomes(facts.outcomes, { now, windowMs: thresholds['outcome-window-ms'] });
  const readers = facts.members.filter((member) => member.id !== writer);
  const votes = readers.map(({ id }) => votesOn(id, voting, accusersOf(id, fresh)));
  const prior = facts.pool ?? initialPool(facts, readers);
  const draft = decideMembers({ facts, readers, votes, prior });
  const endpoint = planEndpoint(draft.pool, facts);
  const next =
    endpoint.exclude === null
      ? { ...draft.pool, excluded: recordedExclusions(draft.pool, facts) }
      : { ...draft.pool, endpointEditedAt: now, excluded: endpoint.exclude };
  checkPool({ facts, readers, votes, prior, next });
  const corrects = endpoint.exclude === null && next.excluded !== prior.excluded;
  const publishes = facts.pool === null || corrects || differs(prior, draft.pool);
  const told = {
    reason: reasonOf(draft.changes, votes, next),
    reviewAt: earliest([draft.reviewAt, endpoint.reviewAt]),
    failOpen: next.failOpen,
    readersIn: publishedCount(next),
  };
  if (!publishes && endpoint.exclude === null) return { kind: 'keep', ...told };
  const accused = votes.find((vote) => vote.agreed) ?? null;
  return {
    kind: 'change',
    ...told,
    next: { ...next, epoch: facts.epoch, at: now },
    publishes,
    changes: draft.changes,
    exclude: endpoint.exclude,
    failure: next.failOpen ? 'readers-low' : (accused?.failure ?? null),
    memberId: draft.changes[0]?.memberId ?? accused?.memberId ?? null,
    evidence: [...voting.map(evidenceOf), ...fresh.map(outcomeEvidence)],
  };
}

interface Draft {
  readonly pool: PoolItem;
  readonly changes: readonly PoolChange[];
  readonly reviewAt: number | null;
}

function decideMembers(input: {
  readonly facts: PoolFacts;
  readonly readers: readonly MemberFact[];
  readonly votes: readonly Votes[];
  readonly prior: PoolItem;
}): Draft {
  const { facts, readers, votes, prior } = input;
  const topology = followTopology(prior, readers, facts.now);
  const failOpen = isPanic(prior.failOpen, votes, facts);
  const removed = removeFailed({ ...topology.pool, failOpen }, { facts, readers, votes });
  const returned = returnHealthy(removed.pool, { facts, readers, votes });
  const admitted = admitOne(returned.pool, votes, facts.now);
  return {
    pool: admitted.pool,
    changes: [...topology.changes, ...removed.changes, ...returned.changes, ...admitted.changes],
    reviewAt: earliest([removed.reviewAt, returned.reviewAt]),
  };
}

/** Panic begins under `panic-ratio` and ends at `panic-exit-ratio` (I-04). Who has no votes counts as healthy. */
function isPanic(already: boolean, votes: readonly Votes[], { thresholds }: PoolFacts): boolean {
  if (votes.length === 0) return false;
  const share = votes.filter((vote) => !vote.agreed).length / votes.length;
  return already ? share < thresholds['panic-exit-ratio'] : share < thresholds['panic-ratio'];
}

function differs(before: PoolItem, after: PoolItem): boolean {
  if (before.failOpen !== after.failOpen) return true;
  const ids = new Set([...Object.keys(before.members), ...Object.keys(after.members)]);
  return [...ids].some((id) => before.members[id]?.state !== after.members[id]?.state);
}

function reasonOf(changes: readonly PoolChange[], votes: readonly Votes[], next: PoolItem): string {
  const failed = votes.filter((vote) => vote.agreed).length;
  const state = next.failOpen ? 'failing open' : 'serving';
  const share = `${failed} of ${votes.length} readers failed, ${publishedCount(next)} published, ${state}`;
  return [...changes.map((c) => `${c.memberId} ${c.from} -> ${c.to}: ${c.why}`), share].join('; ');
}

function keep(facts: PoolFacts, reason: string): PoolPlan {
  const readersIn = facts.pool === null ? 0 : publishedCount(facts.pool);
  return { kind: 'keep', reason, reviewAt: null, failOpen: facts.pool?.failOpen ?? false, readersIn };
}

export function earliest(times: readonly (number | null)[]): number | null {
  const known = times.filter((time) => time !== null);
  return known.length === 0 ? null : Math.min(...known);
}
