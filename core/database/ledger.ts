/** How a recovery is written down: pure functions from a ledger item to the next (I-36). */

import { UnderstudyError } from '../errors.ts';
import type { LedgerItem, LedgerStep, RecoveryState } from '../state/items.ts';

const NEXT: Readonly<Record<RecoveryState, readonly RecoveryState[]>> = {
  planned: ['planned', 'acting', 'done', 'aborted'],
  acting: ['acting', 'waiting', 'planned', 'done', 'aborted'],
  waiting: ['waiting', 'acting', 'planned', 'done', 'aborted'],
  done: [],
  aborted: [],
  observed: [],
};

/** Moves a recovery on. Throws `invariant-broken` for a move that the states do not allow, or a lower epoch. */
export function moveRecovery(
  item: LedgerItem,
  to: RecoveryState,
  change: Partial<Pick<LedgerItem, 'epoch' | 'steps' | 'after' | 'reason' | 'evidence'>> & {
    readonly now: number;
  },
): LedgerItem {
  const { now, ...rest } = change;
  if (!NEXT[item.state].includes(to) || (rest.epoch ?? item.epoch) < item.epoch) {
    const message = `recovery ${item.id} cannot go from ${item.state} (epoch ${item.epoch}) to ${to} (epoch ${rest.epoch})`;
    throw new UnderstudyError(message, { code: 'invariant-broken', advice: 'give-up' });
  }
  return { ...item, ...rest, state: to, updatedAt: now };
}

/** The steps with one of them changed. */
export function withStep(
  item: LedgerItem,
  name: string,
  change: Partial<Pick<LedgerStep, 'at' | 'outcome' | 'detail' | 'target' | 'reason'>>,
): readonly LedgerStep[] {
  return item.steps.map((step) => (step.name === name ? { ...step, ...change } : step));
}

const FINISHED: ReadonlySet<RecoveryState> = new Set(['done', 'aborted', 'observed']);

export function isUnfinished(item: LedgerItem): boolean {
  return !FINISHED.has(item.state);
}
