/**
 * Whether to restart the process of a node: one that AWS calls available, that most zones have not reached for long,
 * and that nobody has readmitted. What it holds is lost, which costs misses and nothing else, as it already does.
 */

import type { LedgerItem } from '../../state/items.ts';
import type { CacheThresholds } from '../../thresholds/cache.ts';
import { isUnfinished } from '../../database/ledger.ts';
import { actionOf, REBOOT_CALL, rebootedAt } from './record.ts';
import type { CacheAction, CacheFacts, CacheHold, CacheHoldCause, DescribedGroup } from './types.ts';
import type { ShardView } from './view.ts';

const LOOK_AGAIN_MS = 1000;
/** A call that AWS refused is not made again before this. */
export const REFUSED_PAUSE_MS = 300_000;

export interface RebootOptions {
  /** The unfinished recovery that is being planned again: its own call counts against no limit. */
  readonly resuming?: string;
}

export function decideReboot(
  view: ShardView,
  facts: CacheFacts,
  tooMany: string | null,
  { resuming }: RebootOptions = {},
): CacheAction | CacheHold | null {
  const { shard, votes, row, now } = view;
  if (votes.reachable !== false) return null;
  const wait = (cause: CacheHoldCause, reason: string, reviewAt: number | null = null): CacheHold => {
    return { memberId: shard.memberId, what: 'reboot', cause, reason, reviewAt };
  };
  if (row === null) return wait('rows-unknown', `${votes.told}; its row cannot be read`);
  // Still serving: it is quarantined first. Opening: somebody reaches it.
  if (row.state === 'serving' || row.state === 'opening') {
    return wait('being-readmitted', `${votes.told}; its row is ${row.state}`);
  }
  const awayMs = now - votes.since!;
  const afterMs = facts.thresholds['reboot-after-ms'];
  const reason = `${votes.told} since ${awayMs} ms, above ${afterMs} ms`;
  if (awayMs < afterMs) {
    return wait('reboot-after', `${votes.told} for ${awayMs} of ${afterMs} ms`, votes.since! + afterMs);
  }
  if (tooMany !== null) return wait('too-many', tooMany);
  const refusedAt = refusedOf(shard.memberId, facts.ledger);
  if (refusedAt !== null && now - refusedAt < REFUSED_PAUSE_MS) {
    return wait('asked-before', `${reason}; refused ${now - refusedAt} ms ago`, refusedAt + REFUSED_PAUSE_MS);
  }
  const ledger = facts.ledger.filter(({ id }) => id !== resuming);
  const limited = velocityHold(shard.memberId, ledger, facts);
  if (limited !== null) return wait(...limited);
  const group = facts.groups[shard.memberId];
  const held = awsHold(group, facts);
  if (held !== null || group === undefined) {
    const [cause, why] = held ?? ['aws-unknown', 'AWS was not asked'];
    return wait(cause, `${reason}; ${why}`, now + LOOK_AGAIN_MS);
  }
  const { cacheClusterId, nodeId } = group.nodes[0]!;
  const told = `${reason}; AWS calls ${cacheClusterId} available`;
  return { kind: 'reboot', ...view.told(told), cacheClusterId, nodeId };
}

/** Shards whose group AWS has to be asked about before anything is decided: only those that are away for long. */
export function rebootSuspects(
  views: readonly ShardView[],
  { 'reboot-after-ms': afterMs }: CacheThresholds,
): readonly string[] {
  return views
    .filter(({ votes, now }) => votes.reachable === false && now - votes.since! >= afterMs)
    .map(({ shard }) => shard.memberId);
}

/** When AWS last refused to reboot it; an acknowledgement forgets it. */
function refusedOf(memberId: string, ledger: readonly LedgerItem[]): number | null {
  const times = ledger
    .filter((item) => item.memberId === memberId && item.acknowledged === undefined)
    .flatMap(({ steps }) =>
      steps.filter(({ call, outcome }) => call === REBOOT_CALL && outcome === 'refused'),
    )
    .map(({ at }) => at)
    .filter((at) => at !== null);
  return times.length === 0 ? null : Math.max(...times);
}

type Limited = readonly [cause: CacheHoldCause, reason: string, reviewAt: number | null];

/** One at a time, no node twice and only so many in a window; a person's acknowledgement forgets one (I-09, I-10). */
function velocityHold(
  memberId: string,
  ledger: readonly LedgerItem[],
  { now, thresholds }: Pick<CacheFacts, 'now' | 'thresholds'>,
): Limited | null {
  const windowMs = thresholds['reboot-window-ms'];
  const max = thresholds['reboots-max'];
  const underway = ledger.find((item) => actionOf(item) === 'reboot' && isUnfinished(item));
  if (underway !== undefined)
    return ['reboot-underway', `recovery ${underway.id} is ${underway.state}`, null];
  if (max === 0) return ['velocity', 'reboots-max is 0', null];
  const counted = ledger
    .filter((item) => item.acknowledged === undefined)
    .map((item) => ({ memberId: item.memberId, at: rebootedAt(item) }))
    .filter(
      (one): one is { memberId: string | null; at: number } => one.at !== null && now - one.at < windowMs,
    )
    .toSorted((a, b) => b.at - a.at);
  const same = counted.find((one) => one.memberId === memberId);
  if (same !== undefined) {
    return [
      'velocity',
      `it was rebooted ${now - same.at} ms ago, once in ${windowMs} ms`,
      same.at + windowMs,
    ];
  }
  if (counted.length < max) return null;
  const reason = `${counted.length} reboots in the last ${windowMs} ms, at most ${max}`;
  return ['velocity', reason, counted[max - 1]!.at + windowMs];
}

/** AWS goes first: nothing is done to a group that it is working on, that it heals by itself, or that it did not tell. */
function awsHold(
  group: DescribedGroup | undefined,
  { now, evidenceAgeMsMax }: CacheFacts,
): readonly [CacheHoldCause, string] | null {
  if (group === undefined) return ['aws-unknown', 'AWS was not asked, or did not answer'];
  if (now - group.at > evidenceAgeMsMax) return ['aws-unknown', `AWS was asked ${now - group.at} ms ago`];
  if (group.hasAutomaticFailover) return ['aws-fails-over', 'AWS promotes a replica by itself'];
  if (group.status !== 'available') return ['aws-acting', `AWS calls the group ${group.status}`];
  if (group.hasPendingChange) return ['aws-acting', 'AWS has a change of the group under way'];
  const [node, ...others] = group.nodes;
  if (node === undefined || others.length > 0)
    return ['not-one-node', `the group has ${group.nodes.length} nodes`];
  if (!node.cacheClusterId.startsWith(`${group.groupId}-`)) {
    return ['not-one-node', `${node.cacheClusterId} is no node of ${group.groupId}`];
  }
  if (node.status !== 'available') return ['aws-acting', `AWS calls the node ${node.status ?? 'nothing'}`];
  return null;
}
