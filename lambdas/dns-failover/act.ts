/** The acting half of a recovery: one item in the ledger, its named calls one by one, and what became of them. */

import {
  openFrontRecovery,
  reviewFrontRecovery,
  stepName,
  votingOf,
  type FrontAction,
  type FrontCall,
  type FrontFacts,
} from '../../core/front/index.ts';
import { isUnfinished, withStep } from '../../core/database/ledger.ts';
import type { CallOutcome } from '../../core/ports/index.ts';
import type { LedgerItem, RecoveryState } from '../../core/state/items.ts';
import { applyStep, type Applied } from '../shared/applier.ts';
import type { Clearance, ClearanceDesk } from '../shared/clearance.ts';
import { clearCall, closeRecovery, OVERTAKEN, still, tellFailed, type Done } from '../shared/recovery.ts';
import { REQUEST_TIMEOUT_MS } from './contract.ts';
import type { FrontContext } from './observe.ts';

export interface Reviewed extends Done {
  /** The ledger as it stands after what was closed. */
  readonly ledger: readonly LedgerItem[];
}

/** Closes what is over, and what is to be planned anew. Repairs of records are not looked at here. */
export async function reviewUnfinished(context: FrontContext, facts: FrontFacts): Promise<Reviewed> {
  const summaries: string[] = [];
  let ledger = facts.ledger;
  const open = facts.ledger.filter((item) => isUnfinished(item) && item.failure !== 'record-drifted');
  for (const item of open) {
    const review = reviewFrontRecovery(item, facts);
    summaries.push(`${item.id} ${review.state}: ${review.reason}`);
    if (review.state === 'waiting') continue;
    const closed = await closeRecovery(context, item, { ...review, added: review.reason });
    if (closed === null) return { ...OVERTAKEN, ledger };
    ledger = ledger.map((one) => (one.id === item.id ? closed : one));
  }
  return { summary: summaries.join('; '), changed: false, overtaken: false, ledger };
}

export async function actOn(context: FrontContext, facts: FrontFacts, action: FrontAction): Promise<Done> {
  const { ports, settings, held } = context;
  const opened = openFrontRecovery({
    action,
    mode: 'act',
    env: settings.env,
    function: settings.functionName,
    epoch: held.lease.token,
    now: facts.now,
  });
  if (!(await ports.store.appendLedger(opened))) return OVERTAKEN;
  let item = opened;
  const outcomes: CallOutcome[] = [];
  const what = `${action.kind} ${action.memberId}`;
  for (const [index, call] of action.calls.entries()) {
    const isLast = index === action.calls.length - 1;
    const applied = await applyCall(context, { facts, action, item, index, call, outcomes, isLast });
    if (applied.result === 'overtaken') return OVERTAKEN;
    if (applied.result === 'not-clear') return still(`${what} not called: ${applied.why}`);
    outcomes.push(applied.outcome);
    item = applied.item;
    if (applied.outcome.outcome === 'refused' && !applied.outcome.retryable) tellFailed(context);
  }
  const changed = outcomes.some(({ outcome }) => outcome === 'accepted');
  return {
    summary: `${what}: ${outcomes.map(({ outcome }) => outcome).join(', ')}`,
    changed,
    overtaken: false,
  };
}

/** Mode `observe`: what would have been done is written down, once a while, and nothing is called. */
export async function observeOnly(
  { ports, settings, held }: FrontContext,
  facts: FrontFacts,
  action: FrontAction,
): Promise<string> {
  const made = { env: settings.env, function: settings.functionName, epoch: held.lease.token };
  const item = openFrontRecovery({ action, mode: 'observe', now: facts.now, ...made });
  const known = facts.ledger.some(
    (one) =>
      one.state === 'observed' &&
      one.memberId === item.memberId &&
      one.steps[0]?.name === item.steps[0]?.name &&
      one.startedAt > facts.now - facts.web['velocity-window-ms'],
  );
  if (!known) await ports.store.appendLedger(item);
  return `would ${action.kind} ${action.memberId} (mode observe): ${action.reason}`;
}

interface ToCall {
  readonly facts: FrontFacts;
  readonly action: FrontAction;
  readonly item: LedgerItem;
  readonly index: number;
  readonly call: FrontCall;
  /** Of the calls before it. */
  readonly outcomes: readonly CallOutcome[];
  readonly isLast: boolean;
}

function applyCall(context: FrontContext, to: ToCall): Promise<Applied> {
  const { ports, held } = context;
  const { item, action, index, call, outcomes, isLast } = to;
  const name = stepName(action.kind, index);
  return applyStep(
    ports,
    {
      item,
      name,
      steps: withStep(item, name, { at: ports.clock.now(), outcome: 'pending', detail: null }),
      epoch: held.lease.token,
      call: () => make(context, call),
      stateAfter: (outcome) => (isLast ? stateAfter([...outcomes, outcome]) : 'acting'),
    },
    () => clearance(context, to),
  );
}

function make({ ports: { elb, shift } }: FrontContext, call: FrontCall): Promise<CallOutcome> {
  switch (call.api) {
    case 'deregister':
      return elb.deregister(call.targetGroup, call.target);
    case 'register':
      return elb.register(call.targetGroup, call.target);
    case 'start-shift':
      return shift.start(call);
    default:
      return shift.cancel(call.shiftId);
  }
}

/** Open while any outcome is unknown: the next turn looks what came of it. */
function stateAfter(outcomes: readonly CallOutcome[]): RecoveryState {
  if (outcomes.some(({ outcome }) => outcome === 'unknown')) return 'waiting';
  return outcomes.every(({ outcome }) => outcome === 'accepted') ? 'done' : 'aborted';
}

export function deskOf({ desks }: Pick<FrontContext, 'desks'>, { kind }: FrontAction): ClearanceDesk {
  return kind === 'deregister' || kind === 'register' ? desks.web : desks.edge;
}

function clearance(context: FrontContext, { facts, action }: ToCall): Promise<Clearance> {
  return clearCall(deskOf(context, action), context, {
    now: facts.now,
    seenAt: votingOf(facts).map(({ at }) => at),
    evidenceAgeMsMax: facts.web['observation-age-ms-max'],
    callMs: REQUEST_TIMEOUT_MS,
  });
}
