/**
 * What is to be done for the shards now. AWS replaces a node whose machine or process has died, and clients close and
 * open shards by themselves; this adds what neither does: a quarantine that no client has to find out, a way back
 * where no client looks, and a restart of a process that hangs behind an open port.
 */

import { checkCachePlan } from './invariants.ts';
import { decideQuarantine, decideReadmission } from './quarantine.ts';
import { decideReboot, rebootSuspects } from './reboot.ts';
import type { CacheAction, CacheFacts, CacheHold, CachePlan } from './types.ts';
import { itemOf, viewsOf, type ShardView } from './view.ts';
import { votingOf } from './votes.ts';

export interface PlanCacheOptions {
  /** The unfinished reboot that is being planned again. */
  readonly resuming?: string;
}

export function planCache(facts: CacheFacts, options: PlanCacheOptions = {}): CachePlan {
  const voting = votingOf(facts);
  const views = viewsOf(facts, voting);
  const decided = views.flatMap((view) => {
    const tooMany = tooManyAway(view, views);
    return [
      decideQuarantine(view, facts.ledger, tooMany),
      decideReboot(view, facts, tooMany, options),
      decideReadmission(view, facts.ledger),
    ];
  });
  const isAction = (one: CacheAction | CacheHold | null): one is CacheAction => one !== null && 'kind' in one;
  const isHold = (one: CacheAction | CacheHold | null): one is CacheHold => one !== null && 'cause' in one;
  const actions = inOrder(decided.filter(isAction), views);
  const holds = decided.filter(isHold);
  const reviews = holds.map(({ reviewAt }) => reviewAt).filter((at) => at !== null);
  const plan: CachePlan = {
    shards: views.map((view) => itemOf(view, facts)),
    actions,
    holds,
    reviewAt: reviews.length === 0 ? null : Math.min(...reviews),
    reason: reasonOf(actions, holds, { votes: voting.length, zones: facts.zones.length }),
  };
  checkCachePlan(facts, plan, { views, resuming: options.resuming });
  return plan;
}

/** The groups that AWS is to be asked about, of shards that look away for long or are being rebooted. */
export function groupsToDescribe(facts: CacheFacts): readonly string[] {
  const suspects = rebootSuspects(viewsOf(facts, votingOf(facts)), facts.thresholds);
  const known = new Set(facts.shards.map(({ memberId }) => memberId));
  const underway = facts.ledger
    .filter(({ state }) => state === 'acting' || state === 'waiting')
    .map(({ memberId }) => memberId)
    .filter((memberId) => memberId !== null && known.has(memberId));
  return [...new Set([...suspects, ...underway.map((memberId) => memberId!)])];
}

/** How many shards of one copy may look away at most for any of them to be acted on. */
export function awayMax(shardCount: number): number {
  return Math.max(1, Math.floor(shardCount / 2));
}

function tooManyAway({ shard: { cache } }: ShardView, views: readonly ShardView[]): string | null {
  const own = views.filter(({ shard }) => shard.cache === cache);
  const away = own.filter(({ votes }) => votes.reachable === false).length;
  const max = awayMax(own.length);
  return away <= max
    ? null
    : `${away} of ${own.length} shards of ${cache} cannot be reached, above ${max}: fails open`;
}

/** Quarantines, then the one reboot of whoever is away longest, then readmissions. */
function inOrder(actions: readonly CacheAction[], views: readonly ShardView[]): readonly CacheAction[] {
  const since = (memberId: string): number =>
    views.find(({ shard }) => shard.memberId === memberId)?.votes.since ?? Number.MAX_SAFE_INTEGER;
  const ofKind = (kind: CacheAction['kind']): readonly CacheAction[] =>
    actions.filter((action) => action.kind === kind);
  const [reboot] = ofKind('reboot').toSorted((a, b) => since(a.memberId) - since(b.memberId));
  return [...ofKind('quarantine'), ...(reboot === undefined ? [] : [reboot]), ...ofKind('readmit')];
}

function reasonOf(
  actions: readonly CacheAction[],
  holds: readonly CacheHold[],
  { votes, zones }: { readonly votes: number; readonly zones: number },
): string {
  const told = [
    ...actions.map(({ kind, reason }) => `${kind} ${reason}`),
    ...holds.map(({ what, cause, reason }) => `no ${what} (${cause}) ${reason}`),
  ];
  return [`${votes} of ${zones} zones vote`, ...told].join('; ');
}
