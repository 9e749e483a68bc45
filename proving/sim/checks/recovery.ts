/** I-13, I-36: what a killed function leaves is finished, and whatever was done is on record. */

import type { LedgerItem, LedgerStep } from '../../../core/state/items.ts';
import { CONVERGE_MS } from '../run-options.ts';
import type { Checker, ControlCall, SimView } from '../model.ts';
import { PUT_POOL, tell } from './calls.ts';
import { checker, firstWrong, newcomers } from './checker.ts';

const FINISHED: ReadonlySet<LedgerItem['state']> = new Set(['done', 'aborted', 'observed']);

/** I-13: whatever a killed or timed-out invocation left behind, others have finished it once all is quiet. */
export function finishedByOthers(): Checker {
  return checker('I-13', (view, count) => {
    if (!isDue(view)) return null;
    const cut = view.invocations.find(({ end }) => end === 'killed' || end === 'timed-out');
    if (cut === undefined) return null;
    count();
    const open = allOf(view).find(
      (item) => !FINISHED.has(item.state) && view.now - item.updatedAt > CONVERGE_MS,
    );
    if (open === undefined) return null;
    return `recovery ${open.id} is ${open.state} for ${view.now - open.updatedAt} ms; ${cut.id} of ${cut.function} was ${cut.end}`;
  });
}

/** The recoveries of the database and of the front. */
function allOf({ ledger, front }: Pick<SimView, 'ledger' | 'front'>): readonly LedgerItem[] {
  return front === null ? ledger : [...ledger, ...front.ledger];
}

/** Everything has been quiet for as long as it may take to converge. */
export function isDue({ now, quietSince }: SimView): boolean {
  return quietSince !== null && now - quietSince >= CONVERGE_MS;
}

/** I-36: before a call takes effect, a ledger item names it, its target, its epoch, its evidence and its time. */
export function onRecord(): Checker {
  const added = newcomers<ControlCall>();
  return checker('I-36', (view, count) => {
    const effective = added(view.calls).filter((call) => call.effective);
    if (effective.length === 0) return null;
    const ledger = allOf(view);
    count(effective.length);
    return firstWrong(effective, (call) => {
      const items = ledger.filter((item) => item.function === call.function && item.epoch === call.token);
      const step = items.flatMap((item) => item.steps).find((candidate) => tellsOf(candidate, call));
      if (step === undefined) return `${tell(call)} is on no record of token ${call.token}`;
      const owner = items.find((item) => item.steps.includes(step))!;
      return owner.evidence.length > 0 ? null : `${tell(call)} is on record (${owner.id}) without evidence`;
    });
  });
}

/** The ledger names the write of the pool as the request to DynamoDB that it is. */
function tellsOf({ call: name, target, at }: LedgerStep, call: ControlCall): boolean {
  if (at === null || at > call.issuedAt) return false;
  if (call.call === PUT_POOL) return name === 'dynamodb:PutItem';
  return name === call.call && target === call.target;
}
