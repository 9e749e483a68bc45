/**
 * Applies one step of a recovery: writes the intent, asks for clearance, calls, writes down what came of it.
 * Killed at any point, it leaves a ledger item from which the next invocation plans again (I-13): before the
 * intent nothing has happened, after it the outcome is unknown until the world has been looked at.
 */

import { moveRecovery, withStep } from '../../core/database/ledger.ts';
import type { CallOutcome, Clock, Log, StateStore } from '../../core/ports/index.ts';
import type { LedgerItem, LedgerStep, RecoveryState } from '../../core/state/items.ts';
import type { Clearance } from './clearance.ts';

export interface StepToApply {
  /** The recovery as it stands in the ledger. */
  readonly item: LedgerItem;
  readonly name: string;
  /** The steps with the intent of this one: its `at` is set. */
  readonly steps: readonly LedgerStep[];
  readonly epoch: number;
  readonly call: () => Promise<CallOutcome>;
  /** The state of the recovery after this outcome. */
  readonly stateAfter: (outcome: CallOutcome) => RecoveryState;
}

export type Applied =
  | { readonly result: 'called'; readonly outcome: CallOutcome; readonly item: LedgerItem }
  | { readonly result: 'not-clear'; readonly why: string; readonly item: LedgerItem }
  /** Another invocation with a higher epoch has taken over: this one must stop. */
  | { readonly result: 'overtaken' };

export interface ApplierPorts {
  readonly store: StateStore;
  readonly clock: Clock;
  readonly log: Log;
}

export async function applyStep(
  ports: ApplierPorts,
  step: StepToApply,
  clearance: () => Promise<Clearance>,
): Promise<Applied> {
  const { store, clock } = ports;
  const first = await clearance();
  if (!first.clear) return { result: 'not-clear', why: first.why, item: step.item };
  const { item, epoch, steps } = step;
  const intent = moveRecovery(item, 'acting', { now: clock.now(), epoch, steps });
  if (!(await store.updateLedger(intent))) return { result: 'overtaken' };
  const second = await clearance();
  if (!second.clear) return abandon(ports, intent, step, second.why);
  const outcome = await callSafely(step.call);
  return settle(ports, intent, step, outcome);
}

/** The intent is on record but the call was not made, for a reason that arose in between. */
async function abandon(
  { store, clock }: ApplierPorts,
  intent: LedgerItem,
  { name }: StepToApply,
  why: string,
): Promise<Applied> {
  const steps = withStep(intent, name, { at: null, outcome: 'pending', detail: `not called: ${why}` });
  const item = moveRecovery(intent, 'planned', { now: clock.now(), steps });
  return (await store.updateLedger(item)) ? { result: 'not-clear', why, item } : { result: 'overtaken' };
}

async function settle(
  { store, clock, log }: ApplierPorts,
  intent: LedgerItem,
  { name, stateAfter }: StepToApply,
  outcome: CallOutcome,
): Promise<Applied> {
  const detail = outcome.outcome === 'accepted' ? null : outcome.code;
  const steps = withStep(intent, name, { outcome: outcome.outcome, detail });
  const item = moveRecovery(intent, stateAfter(outcome), { now: clock.now(), steps });
  const target = item.steps.find((step) => step.name === name)?.target;
  log.info('called', { recovery: item.id, step: name, target, ...outcome });
  return (await store.updateLedger(item)) ? { result: 'called', outcome, item } : { result: 'overtaken' };
}

/** A port that throws has not said whether the call took effect. */
async function callSafely(call: () => Promise<CallOutcome>): Promise<CallOutcome> {
  try {
    return await call();
  } catch (error) {
    return { outcome: 'unknown', code: error instanceof Error ? error.name : 'error' };
  }
}
