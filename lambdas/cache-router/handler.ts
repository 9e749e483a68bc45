/**
 * Looks after the shards of the cache: quarantines what most zones cannot reach, readmits what nobody looks after,
 * and restarts a process that hangs. Woken every minute and by its alarms. Applications need none of it to be right:
 * they close and open shards by themselves.
 */

import {
  planCache,
  REBOOT_CALL,
  type CacheFacts,
  type CachePlan,
} from '../../core/cache/controller/index.ts';
import type { MetricGroup } from '../../core/ports/index.ts';
import type { CacheShardItem } from '../../core/state/cache-items.ts';
import type { LedgerItem } from '../../core/state/items.ts';
import { ClearanceDesk } from '../shared/clearance.ts';
import { DIMENSION } from '../shared/contract.ts';
import { runController, type ControllerReport, type Turn } from '../shared/controller.ts';
import { standingDenial, tellDenial } from '../shared/denials.ts';
import { parseTrigger, placeOf, type Trigger } from '../shared/events.ts';
import type { Invocation } from '../shared/invocation.ts';
import { OVERTAKEN } from '../shared/recovery.ts';
import { actOn, observeOnly, reviewUnfinished } from './act.ts';
import { FUNCTION, LEASE, LEASE_MS, METRIC, REQUEST_TIMEOUT_MS } from './contract.ts';
import { observe, type RouterContext, type RouterPorts, type RouterSettings } from './observe.ts';

export type { RouterPorts, RouterSettings } from './observe.ts';

export interface RouterReport extends ControllerReport {
  readonly trigger: Trigger['kind'];
}

export type RouterHandler = (event: unknown, invocation: Invocation) => Promise<RouterReport>;

/** What waits for longer is looked at when the schedule comes round. */
const NEAR_MS = 10_000;
const LOOK_AGAIN_MS = 1000;

export function createHandler(ports: RouterPorts, settings: RouterSettings): RouterHandler {
  return async (event, invocation) => {
    const place = { ...placeOf(invocation.functionArn), env: settings.env, table: settings.table };
    const trigger = parseTrigger(event, { ...place, controller: FUNCTION });
    if (trigger.kind !== 'schedule' && trigger.kind !== 'alarm') {
      const summary = 'why' in trigger ? trigger.why : 'this event is not for this function';
      ports.log.warn('not triggered', { trigger: trigger.kind, why: summary });
      return { trigger: trigger.kind, ran: false, turns: 0, summary };
    }
    const desk = new ClearanceDesk(ports, { tier: 'cache', modeDefault: settings.mode });
    const options = { lease: LEASE, leaseMs: LEASE_MS, callMs: REQUEST_TIMEOUT_MS };
    const told = { metrics: false };
    const report = await runController(ports, options, invocation, (held) =>
      takeTurn({ ports, settings, desk, held, invocation, told }),
    );
    ports.log.info('finished', { trigger: trigger.kind, ...report });
    return { trigger: trigger.kind, ...report };
  };
}

async function takeTurn(context: RouterContext): Promise<Turn> {
  const { ports } = context;
  const facts = await observe(context);
  const reviewed = await reviewUnfinished(context, facts);
  if (reviewed.overtaken) return { reviewAt: null, summary: reviewed.summary };
  const { resuming } = reviewed;
  const known: CacheFacts = { ...facts, ledger: reviewed.ledger };
  const plan = planCache(known, resuming === null ? {} : { resuming: resuming.id });
  ports.log.info('decided', { reason: plan.reason, actions: plan.actions.map(({ kind }) => kind) });
  if (!(await remember(context, facts.known, plan.shards))) {
    return { reviewAt: null, summary: OVERTAKEN.summary };
  }
  emit(context, known, plan);
  const acted = await act(context, known, plan, resuming);
  const summary = [reviewed.summary, acted.summary, plan.reason].filter((text) => text !== '').join('; ');
  if (acted.changed) return { reviewAt: ports.clock.now() + LOOK_AGAIN_MS, summary };
  const isNear = plan.reviewAt !== null && plan.reviewAt - ports.clock.now() <= NEAR_MS;
  return { reviewAt: isNear && !acted.paused ? plan.reviewAt : null, summary };
}

interface Acted {
  readonly summary: string;
  readonly changed: boolean;
  /** Nothing is done now, however often it is looked at. */
  readonly paused: boolean;
}

async function act(
  context: RouterContext,
  facts: CacheFacts,
  plan: CachePlan,
  resuming: LedgerItem | null,
): Promise<Acted> {
  if (plan.actions.length === 0) return { summary: '', changed: false, paused: false };
  const { mode, pausedBy } = await context.desk.mode();
  if (mode === 'off' || pausedBy !== null) {
    const summary = pausedBy === null ? 'the mode is off' : `paused by ${pausedBy}`;
    return { summary, changed: false, paused: true };
  }
  const summaries: string[] = [];
  let changed = false;
  for (const action of plan.actions) {
    if (mode === 'observe') {
      summaries.push(await observeOnly(context, facts, action));
      continue;
    }
    const hold = { now: facts.now, holdMs: facts.thresholds['reboot-window-ms'] };
    const denial = action.kind === 'reboot' ? standingDenial(facts.ledger, REBOOT_CALL, hold) : null;
    if (denial !== null) {
      summaries.push(`not called: ${tellDenial(REBOOT_CALL, denial)}`);
      continue;
    }
    const resumed = action.kind === 'reboot' && resuming?.memberId === action.memberId ? resuming : null;
    const done = await actOn(context, facts, action, resumed);
    summaries.push(done.summary);
    changed ||= done.changed;
    if (done.overtaken) return { summary: summaries.join('; '), changed: false, paused: true };
  }
  return { summary: summaries.join('; '), changed, paused: mode === 'observe' };
}

/** Writes down what has changed, under our epoch; false when a higher one has written (I-12). */
async function remember(
  { ports }: RouterContext,
  before: readonly CacheShardItem[],
  after: readonly CacheShardItem[],
): Promise<boolean> {
  for (const item of after) {
    const known = before.find(({ memberId }) => memberId === item.memberId);
    if (known !== undefined && isSame(known, item)) continue;
    if (!(await ports.cacheStore.putCacheShard(item))) return false;
  }
  return true;
}

function isSame(a: CacheShardItem, b: CacheShardItem): boolean {
  const sameRow = a.row?.epoch === b.row?.epoch && a.row?.state === b.row?.state;
  const samePlace = a.cache === b.cache && a.shard === b.shard;
  return sameRow && samePlace && a.awaySince === b.awaySince && a.reachable === b.reachable;
}

/**
 * Once an invocation, and again with every action. Of a shard only while it is away, and of decisions only where there
 * are any: a metric costs by the hours in which it is written.
 */
function emit(
  { ports, settings, told }: RouterContext,
  { now, thresholds }: CacheFacts,
  plan: CachePlan,
): void {
  if (told.metrics && plan.actions.length === 0) return;
  told.metrics = true;
  const groups = plan.shards.flatMap(({ memberId, awaySince }): MetricGroup[] => {
    if (awaySince === null) return [];
    const awayMs = now - awaySince;
    const isLong = awayMs > thresholds['quarantined-ms'];
    const values: MetricGroup['values'] = [
      { name: METRIC.shardQuarantined, value: isLong ? 1 : 0, unit: 'Count' },
      { name: METRIC.shardQuarantinedMs, value: awayMs, unit: 'Milliseconds' },
    ];
    return [{ dimensions: { [DIMENSION.env]: settings.env, [DIMENSION.shard]: memberId }, values }];
  });
  const decisions = { name: METRIC.decisions, value: plan.actions.length, unit: 'Count' as const };
  if (decisions.value > 0) {
    groups.push({ dimensions: { [DIMENSION.env]: settings.env }, values: [decisions] });
  }
  if (groups.length > 0) ports.metrics.emit(groups);
}
