/** How a switchover is written down (I-36). It is no recovery of a controller's, so it starts no cooldown (I-10). */

import type { LedgerItem, ObservationItem } from '../../state/items.ts';
import { FAILOVER_CALL } from '../failover/recovery.ts';
import type { SwitchoverDecision } from './types.ts';

/** What the ledger names as the function of a switchover. */
export const SWITCHOVER = 'switchover';
export const SWITCHOVER_STEP = 'switchover';
export const CONFIRM_STEP = 'confirm';

export interface NewSwitchover {
  readonly decision: Extract<SwitchoverDecision, { state: 'switchover' }>;
  readonly clusterId: string;
  readonly epoch: number;
  readonly now: number;
  /** Who asked for it, as AWS names them. */
  readonly actor: string;
  readonly why: string;
}

/** Begins with the intent to call: after a crash the call counts as of unknown outcome. */
export function openSwitchover({ decision, clusterId, epoch, now, actor, why }: NewSwitchover): LedgerItem {
  const { writer, target, evidence } = decision;
  const reason = `${why}; target ${decision.reason}`;
  const step = { target, outcome: 'pending', detail: null } as const;
  return {
    kind: 'ledger',
    id: `switchover-${epoch}-${now}`,
    clusterId,
    function: SWITCHOVER,
    epoch,
    startedAt: now,
    updatedAt: now,
    state: 'acting',
    failure: null,
    memberId: writer,
    mode: 'act',
    reason,
    evidence,
    steps: [
      { ...step, name: SWITCHOVER_STEP, call: FAILOVER_CALL, reason, at: now },
      { ...step, name: CONFIRM_STEP, call: null, reason: 'the members say who the writer is', at: null },
    ],
    before: writer,
    after: null,
    actor,
  };
}

/**
 * How long no heartbeat was written, as far as the probers saw it: from the last on the old writer to the first on
 * the new one, in ms. Null when either was not seen.
 */
export function writesAwayMs(
  seen: readonly ObservationItem[],
  { from, to, calledAt }: { readonly from: string; readonly to: string; readonly calledAt: number },
): number | null {
  const beats = (memberId: string): number[] =>
    seen.flatMap(({ samples }) =>
      samples.filter((s) => s.memberId === memberId && s.write === 'ok').map((s) => s.at),
    );
  const firstOnNew = Math.min(...beats(to).filter((at) => at > calledAt));
  const lastOnOld = Math.max(...beats(from).filter((at) => at < firstOnNew));
  return Number.isFinite(firstOnNew) && Number.isFinite(lastOnOld) ? firstOnNew - lastOnOld : null;
}
