/** How a failover is written down: as a recovery with its call and its confirmation (I-36). */

import type { LedgerItem, LedgerStep, Mode } from '../../state/items.ts';
import { withStep } from '../ledger.ts';
import type { FailoverDecision } from './types.ts';

export const FAILOVER_CALL = 'rds:FailoverDBCluster';

/** How often one recovery may make its call: a refusal for load or a lost call is no reason to go on for ever. */
export const CALLS_MAX = 3;

export interface NewRecovery {
  readonly decision: Extract<FailoverDecision, { state: 'failover' }>;
  readonly clusterId: string;
  readonly function: string;
  readonly epoch: number;
  readonly now: number;
  readonly mode: Mode;
}

/** The plan: call for the failover by name, then see the new writer take a write. Both can be run again. */
export function openRecovery({ decision, mode, now, epoch, ...where }: NewRecovery): LedgerItem {
  const acts = mode === 'act';
  const step = (name: string, call: string | null, reason: string): LedgerStep => ({
    name,
    call,
    target: decision.target,
    reason,
    at: null,
    outcome: acts ? 'pending' : 'skipped',
    detail: null,
  });
  return {
    kind: 'ledger',
    id: `failover-${epoch}-${now}`,
    ...where,
    epoch,
    startedAt: now,
    updatedAt: now,
    state: acts ? 'planned' : 'observed',
    failure: decision.failure,
    memberId: decision.writer,
    mode,
    reason: decision.reason,
    evidence: decision.evidence,
    steps: [
      step('failover', FAILOVER_CALL, decision.reason),
      step('confirm', null, 'the members say who the writer is'),
    ],
    before: decision.writer,
    after: null,
    actor: where.function,
  };
}

export interface CallIntent {
  readonly target: string;
  readonly reason: string;
  readonly now: number;
}

/**
 * Writes down that the call is about to be made, before it is made: after a crash the call counts as of
 * unknown outcome. Uses the step not yet called, else adds one; null when `CALLS_MAX` calls were made.
 */
export function intendCall(
  item: LedgerItem,
  { target, reason, now }: CallIntent,
): { readonly name: string; readonly steps: readonly LedgerStep[] } | null {
  const calls = item.steps.filter(({ call }) => call !== null);
  const open = calls.find(({ at }) => at === null);
  const change = { target, reason, at: now, outcome: 'pending' as const, detail: null };
  if (open !== undefined) return { name: open.name, steps: withStep(item, open.name, change) };
  if (calls.length >= CALLS_MAX) return null;
  const name = `failover-${calls.length + 1}`;
  const at = item.steps.findLastIndex(({ call }) => call !== null) + 1;
  return { name, steps: item.steps.toSpliced(at, 0, { name, call: FAILOVER_CALL, ...change }) };
}
