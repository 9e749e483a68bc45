/** The acting half of write-failover: one recovery in the ledger, one named call, one confirmation. */

import {
  intendCall,
  moveRecovery,
  openRecovery,
  viewpoints,
  withStep,
  type FailoverDecision,
  type FailoverFacts,
  type RecoveryReview,
} from '../../core/database/index.ts';
import type {
  CallOutcome,
  Clock,
  DatabaseControl,
  Log,
  Metrics,
  StateStore,
} from '../../core/ports/index.ts';
import type { LedgerItem, Mode, RecoveryState } from '../../core/state/items.ts';
import { applyStep } from '../shared/applier.ts';
import type { Clearance, ClearanceDesk, HeldLease } from '../shared/clearance.ts';
import { DIMENSION } from '../shared/contract.ts';
import type { Turn } from '../shared/controller.ts';
import type { ControllerSettings } from '../shared/environment.ts';
import type { Invocation } from '../shared/invocation.ts';
import { METRIC, REQUEST_TIMEOUT_MS } from './contract.ts';

export interface ActContext {
  readonly ports: {
    readonly clock: Clock;
    readonly store: StateStore;
    readonly control: DatabaseControl;
    readonly metrics: Metrics;
    readonly log: Log;
  };
  readonly settings: ControllerSettings;
  readonly desk: ClearanceDesk;
  readonly held: HeldLease;
  readonly invocation: Invocation;
}

type Decided = Extract<FailoverDecision, { state: 'failover' }>;

/** A refused call is not made again before this. */
const RETRY_MS = 2000;
const LOOK_AGAIN_MS = 1000;

/** Mode `observe`: what would have been done is written down, once a cooldown, and nothing is called. */
export async function observeOnly(
  context: ActContext,
  facts: FailoverFacts,
  decision: Decided,
): Promise<Turn> {
  const since = facts.now - facts.thresholds['cooldown-ms'];
  const known = facts.ledger.some(
    (item) => item.state === 'observed' && item.memberId === decision.writer && item.startedAt > since,
  );
  if (!known) await context.ports.store.appendLedger(open(context, facts, decision, 'observe'));
  return { reviewAt: null, summary: `would promote ${decision.target} (mode observe): ${decision.reason}` };
}

/** @param unfinished the recovery to go on with; null to begin one */
export async function actOn(
  context: ActContext,
  facts: FailoverFacts,
  decision: Decided,
  unfinished: LedgerItem | null,
): Promise<Turn> {
  const { ports, settings, held } = context;
  const item = unfinished ?? open(context, facts, decision, 'act');
  if (unfinished === null && !(await ports.store.appendLedger(item))) return overtaken();
  const intent = intendCall(item, { ...decision, now: ports.clock.now() });
  if (intent === null)
    return finish(context, item, { state: 'aborted', reason: 'every call it may make is made' });
  const applied = await applyStep(
    ports,
    {
      item,
      ...intent,
      epoch: held.lease.token,
      call: () => ports.control.failover(settings.clusterId, decision.target),
      stateAfter,
    },
    () => clearance(context, facts),
  );
  if (applied.result === 'overtaken') return overtaken();
  if (applied.result === 'not-clear') return { reviewAt: null, summary: `not called: ${applied.why}` };
  if (applied.item.state === 'aborted') emitFailed(context);
  const waitMs = applied.outcome.outcome === 'refused' ? RETRY_MS : LOOK_AGAIN_MS;
  const reviewAt = applied.item.state === 'aborted' ? null : ports.clock.now() + waitMs;
  return { reviewAt, summary: `failover to ${decision.target}: ${applied.outcome.outcome}` };
}

/** Closes a recovery: the members have said who the writer is, or there is nothing left to do. */
export async function finish(
  context: ActContext,
  item: LedgerItem,
  review: Extract<RecoveryReview, { state: 'done' | 'aborted' }>,
): Promise<Turn> {
  const { ports, held } = context;
  const now = ports.clock.now();
  const isDone = review.state === 'done';
  const steps = isDone
    ? withStep(item, 'confirm', { at: now, outcome: 'done', target: review.writer, detail: review.reason })
    : withStep(item, 'confirm', { at: now, outcome: 'skipped', detail: review.reason });
  const after = isDone ? review.writer : null;
  const closed = moveRecovery(item, review.state, { now, epoch: held.lease.token, steps, after });
  if (!(await ports.store.updateLedger(closed))) return overtaken();
  const acted = item.steps.some(({ call, outcome }) => call !== null && outcome !== 'pending');
  if (!isDone && acted) emitFailed(context);
  return { reviewAt: null, summary: `${review.state}: ${review.reason}` };
}

/** A conflict means that AWS is acting: the recovery waits. A refusal for good ends it. */
function stateAfter(outcome: CallOutcome): RecoveryState {
  if (outcome.outcome !== 'refused') return 'waiting';
  return outcome.conflict || outcome.retryable ? 'planned' : 'aborted';
}

function clearance({ desk, held, invocation }: ActContext, facts: FailoverFacts): Promise<Clearance> {
  const evidenceAgeMsMax = facts.thresholds['observation-age-ms-max'];
  const { voting } = viewpoints(facts.observations, { now: facts.now, ageMsMax: evidenceAgeMsMax });
  return desk.ask({
    held,
    evidenceAt: Math.min(facts.cluster?.at ?? 0, ...voting.map(({ at }) => at)),
    evidenceAgeMsMax,
    callMs: REQUEST_TIMEOUT_MS,
    remainingMs: invocation.remainingMs(),
  });
}

function open(context: ActContext, facts: FailoverFacts, decision: Decided, mode: Mode): LedgerItem {
  return openRecovery({
    decision,
    mode,
    clusterId: context.settings.clusterId,
    function: context.settings.functionName,
    epoch: context.held.lease.token,
    now: facts.now,
  });
}

/** Tells that a recovery needs a person. */
export function emitFailed({ ports, settings }: ActContext): void {
  const values = [{ name: METRIC.recoveryFailed, value: 1, unit: 'Count' as const }];
  ports.metrics.emit([{ dimensions: { [DIMENSION.env]: settings.env }, values }]);
}

function overtaken(): Turn {
  return { reviewAt: null, summary: 'overtaken by an invocation with a higher epoch' };
}
