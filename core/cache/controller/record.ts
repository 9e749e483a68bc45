/** How what the controller does is written down: one recovery an action, with its call as a step (I-36). */

import { withStep } from '../../database/ledger.ts';
import { cacheLedgerId } from '../../state/cache-items.ts';
import type { LedgerItem, LedgerStep, Mode } from '../../state/items.ts';
import type { CacheAction, CacheActionKind } from './types.ts';

export const REBOOT_CALL = 'elasticache:RebootCacheCluster';
export const FRONT_CALL = 'lambda:InvokeFunction';
/** How often one recovery may call for a reboot: a call that had no effect is made once more. */
export const REBOOT_CALLS_MAX = 2;

export interface NewCacheRecovery {
  readonly action: CacheAction;
  readonly env: string;
  readonly function: string;
  readonly epoch: number;
  readonly now: number;
  readonly mode: Mode;
}

export function openCacheRecovery({ action, env, mode, now, epoch, ...made }: NewCacheRecovery): LedgerItem {
  const outcome = mode === 'act' ? 'pending' : 'skipped';
  const { reason } = action;
  const step = {
    call: callOf(action),
    target: targetOf(action),
    reason,
    at: null,
    outcome,
    detail: null,
  } as const;
  return {
    kind: 'ledger',
    id: `${action.kind}-${action.memberId}-${epoch}-${now}`,
    clusterId: cacheLedgerId(env),
    function: made.function,
    epoch,
    startedAt: now,
    updatedAt: now,
    state: mode === 'act' ? 'planned' : 'observed',
    failure: 'shard-unreachable',
    memberId: action.memberId,
    mode,
    reason,
    evidence: action.evidence,
    steps: [{ name: action.kind, ...step }],
    before: beforeOf(action),
    after: null,
    actor: made.function,
  };
}

/** What the recovery is for: the name of its first step. */
export function actionOf(item: LedgerItem): CacheActionKind | null {
  const name = item.steps[0]?.name;
  return name === 'quarantine' || name === 'readmit' || name === 'reboot' ? name : null;
}

/**
 * Writes down that the call is about to be made, before it is made. Uses the step not yet called, else adds one; null
 * when a reboot has been called for often enough.
 */
export function intendCacheCall(
  item: LedgerItem,
  { target, reason, now }: { readonly target: string; readonly reason: string; readonly now: number },
): { readonly name: string; readonly steps: readonly LedgerStep[] } | null {
  const change = { target, reason, at: now, outcome: 'pending' as const, detail: null };
  const open = item.steps.find(({ at }) => at === null);
  if (open !== undefined) return { name: open.name, steps: withStep(item, open.name, change) };
  if (item.steps.length >= REBOOT_CALLS_MAX) return null;
  const name = `reboot-${item.steps.length + 1}`;
  return { name, steps: [...item.steps, { name, call: REBOOT_CALL, ...change }] };
}

/** When the recovery last rebooted a node, or meant to; null when it certainly did not. */
export function rebootedAt(item: LedgerItem): number | null {
  return lastReboot(item)?.at ?? null;
}

export function lastReboot(item: LedgerItem): LedgerStep | undefined {
  return item.steps.findLast(
    ({ call, at, outcome }) =>
      call === REBOOT_CALL && at !== null && outcome !== 'refused' && outcome !== 'skipped',
  );
}

export function targetOf(action: CacheAction): string {
  if (action.kind === 'reboot') return `${action.cacheClusterId}/${action.nodeId}`;
  return `${action.cache}/${action.shard} at epoch ${action.rowEpoch}`;
}

export function callOf({ kind }: CacheAction): string {
  return kind === 'reboot' ? REBOOT_CALL : FRONT_CALL;
}

function beforeOf(action: CacheAction): string {
  return action.kind === 'quarantine' ? 'serving' : 'away';
}
