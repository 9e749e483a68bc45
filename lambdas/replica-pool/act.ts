/** The acting half of replica-pool: publish under the epoch, then let the custom endpoint follow. */

import { openPoolChange, viewpoints, withStep, type PoolPlan } from '../../core/database/index.ts';
import type { CallOutcome } from '../../core/ports/index.ts';
import type { LedgerItem, RecoveryState } from '../../core/state/items.ts';
import { applyStep, type Applied } from '../shared/applier.ts';
import type { Clearance } from '../shared/clearance.ts';
import type { Turn } from '../shared/controller.ts';
import { DIMENSION } from '../shared/contract.ts';
import { METRIC, REQUEST_TIMEOUT_MS } from './contract.ts';
import type { PoolContext, PoolView } from './observe.ts';

type Change = Extract<PoolPlan, { kind: 'change' }>;

const LOOK_AGAIN_MS = 1000;

export async function applyPlan(context: PoolContext, view: PoolView, plan: Change): Promise<Turn> {
  const { ports, settings, held } = context;
  const record = {
    plan,
    before: view.facts.pool,
    clusterId: settings.clusterId,
    endpointId: settings.endpointId,
    function: settings.functionName,
    epoch: held.lease.token,
    now: view.facts.now,
    mode: 'act' as const,
  };
  const item = openPoolChange(record);
  if (!(await ports.store.appendLedger(item))) return stop('this change is on record already');
  const hasEndpoint = item.steps.some(({ name }) => name === 'endpoint');
  const published = await apply(context, view, item, {
    name: 'publish',
    call: () => publish(context, plan),
    last: !hasEndpoint,
  });
  if (published.result !== 'called') return stop(tell(published));
  if (published.outcome.outcome !== 'accepted') return stop(`not published: ${published.outcome.code}`);
  if (hasEndpoint) {
    context.asked.excluded = null;
    const edited = await apply(context, view, published.item, {
      name: 'endpoint',
      call: () => ports.control.setExcludedMembers(settings.endpointId!, plan.exclude!),
      last: true,
    });
    if (edited.result !== 'called') return stop(tell(edited));
    if (edited.item.state === 'aborted') {
      emitFailed(context);
      return stop(`the custom endpoint was not edited: ${edited.item.steps.at(-1)?.detail}`);
    }
  }
  return { reviewAt: plan.reviewAt ?? ports.clock.now() + LOOK_AGAIN_MS, summary: plan.reason };
}

/** The store compares the epoch in the write itself (I-07, I-12). */
async function publish({ ports }: PoolContext, plan: Change): Promise<CallOutcome> {
  if (await ports.store.putPool(plan.next)) return { outcome: 'accepted' };
  return { outcome: 'refused', code: 'epoch-overtaken', conflict: true, retryable: false };
}

interface PoolStepToApply {
  readonly name: string;
  readonly call: () => Promise<CallOutcome>;
  /** No other step follows. */
  readonly last: boolean;
}

function apply(
  context: PoolContext,
  view: PoolView,
  item: LedgerItem,
  { name, call, last }: PoolStepToApply,
): Promise<Applied> {
  const { ports, held } = context;
  const steps = withStep(item, name, { at: ports.clock.now(), outcome: 'pending' });
  const stateAfter = (outcome: CallOutcome): RecoveryState => {
    // A conflict or a throttle leaves the edit open, so that reconcile wakes us for another when it is due.
    if (outcome.outcome === 'refused')
      return name === 'endpoint' && (outcome.conflict || outcome.retryable) ? 'planned' : 'aborted';
    if (outcome.outcome === 'unknown') return 'waiting';
    return last ? 'done' : 'acting';
  };
  return applyStep(ports, { item, name, steps, epoch: held.lease.token, call, stateAfter }, () =>
    clearance(context, view),
  );
}

function clearance({ desk, held, invocation }: PoolContext, { facts }: PoolView): Promise<Clearance> {
  const evidenceAgeMsMax = facts.thresholds['observation-age-ms-max'];
  const { voting } = viewpoints(facts.observations, { now: facts.now, ageMsMax: evidenceAgeMsMax });
  return desk.ask({
    held,
    evidenceAt: Math.min(facts.now, ...voting.map(({ at }) => at)),
    evidenceAgeMsMax,
    callMs: REQUEST_TIMEOUT_MS,
    remainingMs: invocation.remainingMs(),
  });
}

/** Tells that a recovery needs a person. */
function emitFailed({ ports, settings }: PoolContext): void {
  const values = [{ name: METRIC.recoveryFailed, value: 1, unit: 'Count' as const }];
  ports.metrics.emit([{ dimensions: { [DIMENSION.env]: settings.env }, values }]);
}

function tell(applied: Exclude<Applied, { result: 'called' }>): string {
  return applied.result === 'overtaken' ? 'overtaken by a higher epoch' : `not clear: ${applied.why}`;
}

function stop(summary: string): Turn {
  return { reviewAt: null, summary };
}
