/**
 * Keeps the reader pool: unreachable, broken and lagging readers out, and back in slowly. The pool item is
 * fenced by its epoch; the custom endpoint follows it at most once a minute, and nothing depends on it.
 */

import {
  describePool,
  isUnfinished,
  moveRecovery,
  openPoolChange,
  planPool,
  PUBLISH_CALL,
  type PoolPlan,
} from '../../core/database/index.ts';
import type { LedgerItem } from '../../core/state/items.ts';
import { ClearanceDesk } from '../shared/clearance.ts';
import { DIMENSION } from '../shared/contract.ts';
import { runController, type ControllerReport, type Turn } from '../shared/controller.ts';
import { parseTrigger, placeOf, type Trigger } from '../shared/events.ts';
import type { Invocation } from '../shared/invocation.ts';
import { applyPlan } from './act.ts';
import { FUNCTION, LEASE, LEASE_MS, METRIC, REQUEST_TIMEOUT_MS } from './contract.ts';
import { observe, type PoolContext, type PoolPorts, type PoolSettings, type PoolView } from './observe.ts';

export type { PoolPorts, PoolSettings } from './observe.ts';

export interface PoolReport extends ControllerReport {
  readonly trigger: Trigger['kind'];
}

export type PoolHandler = (event: unknown, invocation: Invocation) => Promise<PoolReport>;

export function createHandler(ports: PoolPorts, settings: PoolSettings): PoolHandler {
  return async (event, invocation) => {
    const place = { ...placeOf(invocation.functionArn), env: settings.env, table: settings.table };
    const trigger = parseTrigger(event, { ...place, controller: FUNCTION });
    if (trigger.kind !== 'stream' && trigger.kind !== 'alarm') {
      const summary = 'why' in trigger ? trigger.why : 'this event is not for this function';
      ports.log.warn('not triggered', { trigger: trigger.kind, why: summary });
      return { trigger: trigger.kind, ran: false, turns: 0, summary };
    }
    const desk = new ClearanceDesk(ports, { tier: 'database', modeDefault: settings.mode });
    const options = { lease: LEASE, leaseMs: LEASE_MS, callMs: REQUEST_TIMEOUT_MS };
    const asked = { members: null, excluded: null };
    const context = { ports, settings, desk, invocation, asked };
    const report = await runController(ports, options, invocation, (held) => takeTurn({ ...context, held }));
    ports.log.info('finished', { trigger: trigger.kind, ...report });
    return { trigger: trigger.kind, ...report };
  };
}

async function takeTurn(context: PoolContext): Promise<Turn> {
  const view = await observe(context);
  const plan = planPool(view.facts);
  await closeStale(context, view, plan);
  emit(context, plan);
  context.ports.log.info('decided', { plan: plan.kind, reason: plan.reason, reviewAt: plan.reviewAt });
  if (plan.kind === 'keep') return { reviewAt: plan.reviewAt, summary: plan.reason };
  const { mode, pausedBy } = await context.desk.mode();
  if (mode === 'off' || pausedBy !== null) {
    return { reviewAt: null, summary: pausedBy === null ? 'the mode is off' : `paused by ${pausedBy}` };
  }
  if (mode === 'observe') return observeOnly(context, view, plan);
  return applyPlan(context, view, plan);
}

/** What an earlier invocation left unfinished is closed: the plan now made from what is observed replaces it. */
async function closeStale(context: PoolContext, view: PoolView, plan: PoolPlan): Promise<void> {
  const { ports, held } = context;
  for (const item of view.ledger.filter(isUnfinished)) {
    if (!(await raiseFence(context, view, item))) continue;
    const reached = plan.kind === 'keep' && item.after === describePool(view.facts.pool);
    const now = ports.clock.now();
    const reason = reached ? item.reason : `${item.reason}; planned anew from what is observed`;
    const closed = moveRecovery(item, reached ? 'done' : 'aborted', { now, epoch: held.lease.token, reason });
    await ports.store.updateLedger(closed);
  }
}

/**
 * A publication whose outcome is unknown may still be under way, and would undo what is decided now. The pool is
 * written again as it was read, under our epoch: the store then refuses the older one, whenever it comes (I-12).
 * @returns false when a higher epoch has taken over
 */
async function raiseFence(
  { ports, held }: PoolContext,
  { facts: { pool } }: PoolView,
  item: LedgerItem,
): Promise<boolean> {
  const meant = item.steps.some(({ call, at }) => call === PUBLISH_CALL && at !== null);
  if (pool === null || !meant || pool.epoch >= item.epoch) return true;
  const now = ports.clock.now();
  const epoch = held.lease.token;
  const taken = moveRecovery(item, item.state, { now, epoch });
  if (!(await ports.store.updateLedger(taken))) return false;
  return ports.store.putPool({ ...pool, epoch, at: now });
}

type Change = Extract<PoolPlan, { kind: 'change' }>;

/** Mode `observe`: what would have been done is written down once, and the pool stays. */
async function observeOnly(
  { ports, settings, held }: PoolContext,
  view: PoolView,
  plan: Change,
): Promise<Turn> {
  const item: LedgerItem = openPoolChange({
    plan,
    before: view.facts.pool,
    clusterId: settings.clusterId,
    endpointId: settings.endpointId,
    function: settings.functionName,
    epoch: held.lease.token,
    now: view.facts.now,
    mode: 'observe',
  });
  const known = view.ledger.find(({ state }) => state === 'observed');
  if (known?.after !== item.after) await ports.store.appendLedger(item);
  return { reviewAt: null, summary: `would change the pool (mode observe): ${plan.reason}` };
}

/** Nothing while the pool stays as it is and has enough: a metric costs by the hours in which it is written. */
function emit({ ports, settings }: PoolContext, plan: PoolPlan): void {
  if (plan.kind !== 'change' && !plan.failOpen) return;
  const values = [
    { name: METRIC.readersIn, value: plan.readersIn, unit: 'Count' as const },
    { name: METRIC.readersLow, value: plan.failOpen ? 1 : 0, unit: 'Count' as const },
    { name: METRIC.decisions, value: plan.kind === 'change' ? 1 : 0, unit: 'Count' as const },
  ];
  ports.metrics.emit([{ dimensions: { [DIMENSION.env]: settings.env }, values }]);
}
