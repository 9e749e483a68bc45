/** I-06: two viewpoints or nothing, and a prober that sees too little does not vote. */

import type { ObservationItem } from '../../../core/state/items.ts';
import type { Checker, ControlCall, SimView } from '../model.ts';
import { isFailover, tell } from './calls.ts';
import { checker, firstWrong, newcomers, poolChanges, removedBy } from './checker.ts';
import { calls, OutcomeHistory, sawTooLittle, votesBefore, zonesThatMayAccuse } from './evidence.ts';

/** Probers of different zones that must agree when no client speaks. */
const ZONES_MIN = 2;

export function twoViewpoints(): Checker {
  const addedCalls = newcomers<ControlCall>();
  const addedObservations = newcomers<ObservationItem>();
  const changed = poolChanges();
  const outcomes = new OutcomeHistory();
  return checker('I-06', (view, count) => {
    outcomes.look(view);
    const sighted = addedObservations(view.observations).find((item) => !item.blind && sawTooLittle(item));
    if (sighted !== undefined) return `the prober of ${sighted.az} sees too little and is not called blind`;
    const change = changed(view);
    const removed = change === null ? [] : removedBy(change);
    const failovers = addedCalls(view.calls).filter(isFailover);
    count(removed.length + failovers.length);
    return (
      firstWrong(removed, (id) => unjustifiedRemoval(view, outcomes, id, change!.after!.at)) ??
      firstWrong(failovers, (call) => unjustifiedFailover(view, outcomes, call))
    );
  });
}

function unjustifiedRemoval(
  view: SimView,
  outcomes: OutcomeHistory,
  memberId: string,
  at: number,
): string | null {
  const zones = zonesThatMayAccuse(votesBefore(view, at), memberId);
  const clients = outcomes.accuse(memberId, at, view.thresholds);
  if (isEnough(zones, clients)) return null;
  return `${memberId} was removed on the word of ${zones} prober(s) and ${clients ? 'a client' : 'no client'}`;
}

/** Somebody other than the target must be taken for the writer and be called failed. */
function unjustifiedFailover(view: SimView, outcomes: OutcomeHistory, call: ControlCall): string | null {
  const votes = votesBefore(view, call.issuedAt);
  let most = 0;
  for (const memberId of view.memberIds) {
    if (memberId === call.target) continue;
    const zones = [...votes.values()].filter((items) =>
      items.some((item) => item.writer?.memberId === memberId && calls(item, memberId)),
    ).length;
    if (isEnough(zones, outcomes.accuse(memberId, call.issuedAt, view.thresholds))) return null;
    most = Math.max(most, zones);
  }
  return `${tell(call)} on the word of ${most} prober(s) against any writer`;
}

function isEnough(zones: number, clients: boolean): boolean {
  return zones >= ZONES_MIN || (zones >= 1 && clients);
}
