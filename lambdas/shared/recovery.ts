/** What controllers do with a recovery alike: ask whether its call may be made, close it, and tell that it failed. */

import { moveRecovery } from '../../core/database/ledger.ts';
import type { Clock, Metrics, StateStore } from '../../core/ports/index.ts';
import type { LedgerItem } from '../../core/state/items.ts';
import type { Clearance, ClearanceDesk, HeldLease } from './clearance.ts';
import { DIMENSION, RECOVERY_FAILED } from './contract.ts';
import type { Invocation } from './invocation.ts';

export interface RecoveryContext {
  readonly ports: { readonly store: StateStore; readonly clock: Clock; readonly metrics: Metrics };
  readonly settings: { readonly env: string };
  readonly held: HeldLease;
  readonly invocation: Invocation;
}

/** What came of one action, or of one look at an unfinished recovery. */
export interface Done {
  readonly summary: string;
  /** The world has changed: look again at once. */
  readonly changed: boolean;
  /** Another invocation has taken over: this one must stop. */
  readonly overtaken: boolean;
}

export const OVERTAKEN: Done = {
  summary: 'overtaken by an invocation with a higher epoch',
  changed: false,
  overtaken: true,
};

/** Nothing has changed. */
export function still(summary: string): Done {
  return { summary, changed: false, overtaken: false };
}

export interface CallEvidence {
  /** When the facts were put together, epoch ms. */
  readonly now: number;
  /** When each piece of evidence was seen: the oldest counts. */
  readonly seenAt: readonly number[];
  readonly evidenceAgeMsMax: number;
  /** How long the call may take, its request time-out. */
  readonly callMs: number;
}

/** Whether the call may be made at this very moment, by the lease that is held and the evidence that it rests on. */
export function clearCall(
  desk: ClearanceDesk,
  { held, invocation }: Pick<RecoveryContext, 'held' | 'invocation'>,
  { now, seenAt, evidenceAgeMsMax, callMs }: CallEvidence,
): Promise<Clearance> {
  return desk.ask({
    held,
    evidenceAt: Math.min(now, ...seenAt),
    evidenceAgeMsMax,
    callMs,
    remainingMs: invocation.remainingMs(),
  });
}

/** `added` goes behind the reason that the recovery was begun for; null where that says enough. */
export type Closing =
  | { readonly state: 'done'; readonly after: string; readonly added: string | null }
  | { readonly state: 'aborted'; readonly added: string; readonly failed: boolean };

/** Null when a higher epoch has taken over. One that has failed is told: it needs a person. */
export async function closeRecovery(
  context: Omit<RecoveryContext, 'invocation'>,
  item: LedgerItem,
  closing: Closing,
): Promise<LedgerItem | null> {
  const { ports, held } = context;
  const { state, added } = closing;
  const closed = moveRecovery(item, state, {
    now: ports.clock.now(),
    epoch: held.lease.token,
    after: closing.state === 'done' ? closing.after : null,
    reason: added === null ? item.reason : `${item.reason}; ${added}`,
  });
  if (!(await ports.store.updateLedger(closed))) return null;
  if (closing.state === 'aborted' && closing.failed) tellFailed(context);
  return closed;
}

/** Tells that a recovery needs a person. */
export function tellFailed({
  ports,
  settings,
}: {
  readonly ports: { readonly metrics: Metrics };
  readonly settings: { readonly env: string };
}): void {
  const values = [{ name: RECOVERY_FAILED, value: 1, unit: 'Count' as const }];
  ports.metrics.emit([{ dimensions: { [DIMENSION.env]: settings.env }, values }]);
}
