/** Which targets have no task behind them any more. ECS deregisters a task once, before it stops it, and never looks again. */

import type { LedgerItem } from '../../state/items.ts';
import { returnsIn } from './merge.ts';
import type { TargetView } from './votes.ts';

/** A task that runs has been called healthy by its balancer, or replaced by ECS, when it was registered so long ago. */
const UNANSWERED_MS = 30_000;

/** ECS says that its task has stopped; the probers and the balancer agree: an event alone takes nobody out (SEC-07). */
export function isGone({ target, isFailing }: TargetView): boolean {
  return target.stoppedAt !== undefined && isFailing && target.balancer !== 'healthy';
}

/**
 * From when on a target that fails is taken out although no balancer sends it requests. What ECS says may be lost: what
 * we registered ourselves, and nobody gets a good answer from, we take back, lest its address be given to another.
 * Whoever turns out to run comes back as any other.
 * @returns null for a target that is left to ECS
 */
export function goneFrom(view: TargetView, ledger: readonly LedgerItem[]): number | null {
  if (view.failingSince === null) return null;
  if (isGone(view)) return view.failingSince;
  const isOurs = returnsIn(ledger).some(({ memberId }) => memberId === view.target.memberId);
  return isOurs ? view.failingSince + UNANSWERED_MS : null;
}
