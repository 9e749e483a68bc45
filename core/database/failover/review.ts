/**
 * What has become of an unfinished recovery. "Are you the writer" is answered by the members, in the next
 * observation; AWS's answer to the call only says whether to wait for it.
 */

import type { LedgerItem, ObservationItem } from '../../state/items.ts';
import { viewpoints } from '../viewpoints.ts';
import { agreedWriter, votesOn } from '../votes.ts';
import { calledAt, describedWriter, lastCall } from './decide.ts';
import type { FailoverFacts, RecoveryReview } from './types.ts';

/** A call of unknown outcome is looked at for this long before it may be made again. */
export const UNKNOWN_SETTLE_MS = 30_000;
/** A recovery that is not finished after this is reported as `recovery-failed`. */
export const RECOVERY_LATE_MS = 120_000;
/** Then it is given up: a person must look, and the cooldown still holds. */
export const RECOVERY_GIVEN_UP_MS = 900_000;
const LOOK_AGAIN_MS = 1000;

export function reviewRecovery(item: LedgerItem, facts: FailoverFacts): RecoveryReview {
  const { now, thresholds } = facts;
  const { voting } = viewpoints(facts.observations, { now, ageMsMax: thresholds['observation-age-ms-max'] });
  const called = calledAt(item);
  const healed = healedWriter(item, voting, called ?? item.startedAt);
  if (healed !== null && healed !== item.memberId) {
    return { state: 'done', writer: healed, reason: `${healed} says it is the writer and takes writes` };
  }
  if (healed !== null && called !== null && movedSince(healed, voting, called)) {
    return { state: 'done', writer: healed, reason: `${healed} is the writer again and takes writes` };
  }
  if (healed !== null && called === null) {
    return { state: 'aborted', reason: `${healed} has recovered by itself before any call` };
  }
  if (now - item.startedAt > RECOVERY_GIVEN_UP_MS) {
    return { state: 'aborted', reason: `unfinished after ${now - item.startedAt} ms` };
  }
  if (called === null) return { state: 'replan', reason: 'its call was not made' };
  if (hadNoEffect(item, called, facts)) {
    return healed === null
      ? { state: 'replan', reason: `its call of ${now - called} ms ago had no effect` }
      : { state: 'aborted', reason: `${healed} has recovered by itself` };
  }
  const late = now - item.startedAt > RECOVERY_LATE_MS;
  return { state: 'waiting', reason: waitingFor(item, facts), reviewAt: now + LOOK_AGAIN_MS, late };
}

/** The writer that every voting prober agrees on and has seen take a write after `since`; null until then. */
function healedWriter(item: LedgerItem, voting: readonly ObservationItem[], since: number): string | null {
  const after = voting.filter((observation) => observation.at > since);
  const writer = agreedWriter(after);
  if (writer === null) return null;
  const votes = votesOn(writer, after, []);
  if (votes.failing.length > 0 && writer === item.memberId) return null;
  const wrote = after.some(({ samples }) =>
    samples.some((s) => s.memberId === writer && s.role === 'writer' && s.write === 'ok' && s.at > since),
  );
  return wrote ? writer : null;
}

/** Every prober that knows it as the writer saw the role come to it after our call: it went, and it came back. */
function movedSince(writer: string, voting: readonly ObservationItem[], called: number): boolean {
  const known = voting.flatMap(({ writer: seen }) => (seen?.memberId === writer ? [seen] : []));
  return known.length > 0 && known.every(({ since }) => since !== null && since > called);
}

/**
 * Only for a call whose answer never came. The members and AWS must both still name the old writer, on an
 * available cluster, after the call has had its time.
 */
function hadNoEffect(item: LedgerItem, called: number, { cluster, now }: FailoverFacts): boolean {
  const step = lastCall(item);
  if (step?.outcome !== 'unknown' && step?.outcome !== 'pending') return false;
  if (now - called < UNKNOWN_SETTLE_MS || cluster === null || cluster.at <= called) return false;
  return cluster.status === 'available' && describedWriter(cluster) === item.memberId;
}

function waitingFor(item: LedgerItem, { cluster, now }: FailoverFacts): string {
  const status = cluster === null ? 'AWS cannot be asked' : `the cluster is ${cluster.status}`;
  return `${now - item.startedAt} ms since the decision, ${status}, no new writer seen yet`;
}
