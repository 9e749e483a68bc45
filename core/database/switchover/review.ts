/** What has become of a switchover: the members' own word counts, in observations made after the call. */

import type { LedgerItem } from '../../state/items.ts';
import { calledAt, describedWriter, lastCall } from '../failover/decide.ts';
import { UNKNOWN_SETTLE_MS } from '../failover/review.ts';
import { viewpoints } from '../viewpoints.ts';
import { agreedWriter } from '../votes.ts';
import type { SwitchoverFacts, SwitchoverReview } from './types.ts';

export function reviewSwitchover(item: LedgerItem, facts: SwitchoverFacts): SwitchoverReview {
  const { now, cluster, thresholds } = facts;
  const ageMsMax = thresholds['observation-age-ms-max'];
  const called = calledAt(item) ?? item.startedAt;
  const { voting } = viewpoints(facts.observations, { now, ageMsMax });
  const after = voting.filter(({ at }) => at > called);
  const writer = agreedWriter(after);
  const target = lastCall(item)?.target ?? null;
  const away = after.filter((seen) => seen.writer?.memberId !== writer).map(({ az }) => az);
  const wrote = after.some(({ samples }) =>
    samples.some((s) => s.memberId === writer && s.role === 'writer' && s.write === 'ok' && s.at > called),
  );
  const isSettled = cluster !== null && cluster.at > called && cluster.status === 'available';
  if (isSettled && wrote && away.length === 0 && describedWriter(cluster) === writer) {
    if (writer === target)
      return { state: 'done', reason: `${writer} says it is the writer and takes writes` };
    if (writer !== item.memberId) {
      return { state: 'aborted', writer, reason: `${writer} has become the writer, not ${target}` };
    }
    if (now - called >= UNKNOWN_SETTLE_MS) {
      return {
        state: 'aborted',
        writer,
        reason: `${writer} is still the writer ${now - called} ms after the call`,
      };
    }
  }
  const status = cluster === null ? 'AWS cannot be asked' : `the cluster is ${cluster.status}`;
  const seen = writer === null ? 'no agreed writer' : `the probers name ${writer}`;
  const late = away.length === 0 ? '' : `, those in ${away.join(', ')} not yet`;
  return {
    state: 'waiting',
    reason: `${status}, ${seen}${late}, ${wrote ? 'it takes writes' : 'no write seen'}`,
  };
}
