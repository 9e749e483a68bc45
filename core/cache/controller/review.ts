/** What has become of an unfinished recovery, judged by what is observed now and not by what was answered (I-13). */

import type { LedgerItem } from '../../state/items.ts';
import type { CacheObservationItem } from '../../state/cache-items.ts';
import { actionOf, lastReboot, rebootedAt } from './record.ts';
import type { CacheFacts } from './types.ts';
import { quorumOf, shardVotes, votingOf } from './votes.ts';

/** A call of unknown outcome is looked at for this long before it may be made again. */
export const REBOOT_SETTLE_MS = 90_000;
/** A reboot that has not brought the shard back after this is reported as `recovery-failed`. */
export const REBOOT_LATE_MS = 300_000;
/** Then it is given up: a person must look, and the velocity limit still counts it. */
export const RECOVERY_GIVEN_UP_MS = 900_000;

export type CacheReview =
  | { readonly state: 'done'; readonly after: string; readonly reason: string }
  | { readonly state: 'aborted'; readonly reason: string; readonly failed: boolean }
  | { readonly state: 'waiting'; readonly reason: string; readonly late: boolean }
  /** Its call was never made, or is known to have had no effect: decide again, and call under this recovery. */
  | { readonly state: 'replan'; readonly reason: string };

export function reviewCacheRecovery(item: LedgerItem, facts: CacheFacts): CacheReview {
  const ageMs = facts.now - item.startedAt;
  const action = actionOf(item);
  if (action === 'reboot') return reviewReboot(item, facts, ageMs);
  const shard = facts.shards.find(({ memberId }) => memberId === item.memberId);
  const row = shard && facts.rows[shard.cache]?.find((one) => one.shard === shard.shard);
  if (row === undefined) {
    if (ageMs <= RECOVERY_GIVEN_UP_MS)
      return { state: 'waiting', reason: 'its row cannot be read', late: false };
    return { state: 'aborted', reason: `unfinished after ${ageMs} ms`, failed: true };
  }
  const isServing = row.state === 'serving';
  const reason = `its row is ${row.state} at epoch ${row.epoch}`;
  if (isServing === (action === 'readmit')) return { state: 'done', after: row.state, reason };
  return { state: 'aborted', reason: `${reason}; planned anew from what is observed`, failed: false };
}

function reviewReboot(item: LedgerItem, facts: CacheFacts, ageMs: number): CacheReview {
  const called = rebootedAt(item);
  const voting = votingOf(facts);
  const answers = answeredSince(item, voting, { ...facts, since: called ?? item.startedAt });
  if (called === null) {
    if (answers !== null)
      return { state: 'aborted', reason: 'it is reached again before any call', failed: false };
    if (ageMs > RECOVERY_GIVEN_UP_MS)
      return { state: 'aborted', reason: `not called after ${ageMs} ms`, failed: true };
    return { state: 'replan', reason: 'its call was not made' };
  }
  if (answers !== null)
    return { state: 'done', after: answers, reason: `most zones reach it again: ${answers}` };
  if (ageMs > RECOVERY_GIVEN_UP_MS) {
    return {
      state: 'aborted',
      reason: `not reached again ${facts.now - called} ms after its reboot`,
      failed: true,
    };
  }
  if (hadNoEffect(item, called, facts)) {
    return { state: 'replan', reason: `its call of ${facts.now - called} ms ago had no effect` };
  }
  const status = facts.groups[item.memberId ?? '']?.status ?? 'not told';
  const reason = `${facts.now - called} ms since the call, AWS calls it ${status}`;
  return { state: 'waiting', reason, late: ageMs > REBOOT_LATE_MS };
}

/** The server process that most zones have reached after `since`; null until they have. */
function answeredSince(
  item: LedgerItem,
  voting: readonly CacheObservationItem[],
  { zones, since }: { readonly zones: readonly string[]; readonly since: number },
): string | null {
  const memberId = item.memberId ?? '';
  if (shardVotes(memberId, voting, zones).reachable !== true) return null;
  const runIds = voting
    .flatMap(({ samples }) => samples.filter((sample) => sample.memberId === memberId && sample.at > since))
    .map(({ runId }) => runId)
    .filter((runId) => runId !== null);
  return runIds.length >= quorumOf(zones) ? runIds[0]! : null;
}

/** Only for a call whose answer never came: AWS, asked after the call had its time, knows of nothing under way. */
function hadNoEffect(item: LedgerItem, called: number, { groups, now }: CacheFacts): boolean {
  const step = lastReboot(item);
  const group = groups[item.memberId ?? ''];
  if ((step?.outcome !== 'unknown' && step?.outcome !== 'pending') || group === undefined) return false;
  if (now - called < REBOOT_SETTLE_MS || group.at - called < REBOOT_SETTLE_MS) return false;
  return group.status === 'available' && group.nodes.every(({ status }) => status === 'available');
}
