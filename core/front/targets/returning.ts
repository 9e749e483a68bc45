/** Who was taken out by us comes back by us: the balancers check only what is registered with them. */

import { ASKED_PAUSE_MS, type FrontAction, type FrontFacts, type FrontHold } from '../facts.ts';
import { askedAt } from '../record.ts';
import { removalsIn } from './merge.ts';
import type { Decided } from './removal.ts';
import type { TargetView } from './votes.ts';

/** A target that was taken out again and again waits longer, up to this many times the hold. */
const HOLD_FACTOR_MAX = 8;
/** Removals are remembered for this many velocity windows, to damp what flaps. */
const REMEMBERED_WINDOWS = 10;

/**
 * One at a time, after two zones have called it healthy for `return-hold-ms`, which doubles with each removal. Never
 * one whose task ECS has stopped: it may answer for a moment yet.
 */
export function decideReturns(
  facts: FrontFacts,
  views: readonly TargetView[],
  evidence: readonly string[],
): Decided {
  const actions: FrontAction[] = [];
  const holds: FrontHold[] = [];
  for (const view of views) {
    const missing = missingFrom(view, facts);
    const { target, told } = view;
    if (missing.length === 0 || !view.isHealthy || target.stoppedAt !== undefined) continue;
    const { memberId, az } = target;
    const holdMs = holdOf(memberId, facts);
    const outAt = target.registered ? removedAt(memberId, facts) : target.since;
    const since = Math.max(view.healthySince ?? facts.now, outAt);
    const wait = (cause: FrontHold['cause'], reason: string, reviewAt: number): void => {
      holds.push({ memberId, what: 'register', cause, reason: `${told}; ${reason}`, reviewAt });
    };
    const asked = askedAt(memberId, 'register', facts.ledger);
    if (facts.now - since < holdMs) {
      wait('return-hold', `healthy for ${facts.now - since} of ${holdMs} ms`, since + holdMs);
    } else if (asked !== null && facts.now - asked < ASKED_PAUSE_MS) {
      wait('asked-before', `asked ${facts.now - asked} ms ago in vain`, asked + ASKED_PAUSE_MS);
    } else if (actions.length > 0) {
      wait('return-hold', 'one returns at a time', facts.now + 1);
    } else {
      actions.push({
        kind: 'register',
        memberId,
        zone: az,
        calls: missing.map((targetGroup) => ({ api: 'register', targetGroup, target })),
        reason: `${told} for ${facts.now - since} ms`,
        evidence,
      });
    }
  }
  return { actions, holds };
}

/** The groups that answered, where it stands no more because of us. */
function missingFrom({ target, standsIn }: TargetView, facts: FrontFacts): readonly string[] {
  if (target.registered && removedAt(target.memberId, facts) < target.since) return [];
  return facts.groups
    .map(({ targetGroup }) => targetGroup)
    .filter((group) => facts.described[group] !== undefined && !standsIn.includes(group));
}

/** When we took it out last; before all time where we did not. */
function removedAt(memberId: string, { ledger }: FrontFacts): number {
  const times = removalsIn(ledger).filter((removal) => removal.memberId === memberId);
  return times.at(-1)?.at ?? Number.NEGATIVE_INFINITY;
}

function holdOf(memberId: string, { ledger, now, web }: FrontFacts): number {
  const from = now - REMEMBERED_WINDOWS * web['velocity-window-ms'];
  const removals = removalsIn(ledger).filter((one) => one.memberId === memberId && one.at > from).length;
  return web['return-hold-ms'] * Math.min(HOLD_FACTOR_MAX, 2 ** Math.max(0, removals - 1));
}
