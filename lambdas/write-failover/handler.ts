/**
 * Promotes a reader when the writer has failed in a way that AWS does not see. Observe, decide, act, through
 * ports; everything it remembers is in the ledger, so that it can be killed anywhere.
 */

import {
  decideFailover,
  FAILOVER_CALL,
  isUnfinished,
  reviewRecovery,
  type FailoverDecision,
  type FailoverFacts,
} from '../../core/database/index.ts';
import type { LedgerItem } from '../../core/state/items.ts';
import { ClearanceDesk } from '../shared/clearance.ts';
import { DIMENSION } from '../shared/contract.ts';
import { runController, type ControllerReport, type Turn } from '../shared/controller.ts';
import { standingDenial, tellDenial } from '../shared/denials.ts';
import type { ControllerSettings } from '../shared/environment.ts';
import { parseTrigger, placeOf, type Trigger } from '../shared/events.ts';
import type { Invocation } from '../shared/invocation.ts';
import { FUNCTION, LEASE, LEASE_MS, METRIC, REQUEST_TIMEOUT_MS } from './contract.ts';
import { actOn, emitFailed, finish, observeOnly, type ActContext } from './act.ts';
import { observe } from './observe.ts';

export type FailoverPorts = ActContext['ports'];

export interface FailoverReport extends ControllerReport {
  readonly trigger: Trigger['kind'];
}

export type FailoverHandler = (event: unknown, invocation: Invocation) => Promise<FailoverReport>;

export function createHandler(ports: FailoverPorts, settings: ControllerSettings): FailoverHandler {
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
    const report = await runController(ports, options, invocation, (held) =>
      takeTurn({ ports, settings, desk, held, invocation }),
    );
    ports.log.info('finished', { trigger: trigger.kind, ...report });
    return { trigger: trigger.kind, ...report };
  };
}

async function takeTurn(context: ActContext): Promise<Turn> {
  const facts = await observe(context);
  const [unfinished] = facts.ledger.filter(isUnfinished);
  const turn =
    unfinished === undefined ? await begin(context, facts) : await goOn(context, facts, unfinished);
  context.ports.log.info('decided', { summary: turn.summary, reviewAt: turn.reviewAt });
  return turn;
}

async function begin(context: ActContext, facts: FailoverFacts): Promise<Turn> {
  const decision = decideFailover(facts);
  if (decision.state !== 'failover') return rest(decision);
  count(context);
  const { mode, pausedBy } = await context.desk.mode();
  if (mode === 'off' || pausedBy !== null) {
    return { reviewAt: null, summary: pausedBy === null ? 'the mode is off' : `paused by ${pausedBy}` };
  }
  if (mode === 'observe') return observeOnly(context, facts, decision);
  const hold = { now: facts.now, holdMs: facts.thresholds['cooldown-ms'] };
  const denial = standingDenial(facts.ledger, FAILOVER_CALL, hold);
  if (denial !== null) return { reviewAt: null, summary: `not called: ${tellDenial(FAILOVER_CALL, denial)}` };
  return actOn(context, facts, decision, null);
}

/** A recovery that some invocation began: what is observed now says what it needs. */
async function goOn(context: ActContext, facts: FailoverFacts, item: LedgerItem): Promise<Turn> {
  const review = reviewRecovery(item, facts);
  if (review.state === 'done' || review.state === 'aborted') return finish(context, item, review);
  if (review.state === 'waiting') {
    if (review.late) emitFailed(context);
    return { reviewAt: review.reviewAt, summary: `waiting: ${review.reason}` };
  }
  const decision = decideFailover(facts, { resuming: item.id });
  if (decision.state === 'failover') return actOn(context, facts, decision, item);
  if (decision.state === 'holding') return rest(decision);
  return finish(context, item, { state: 'aborted', reason: decision.reason });
}

function rest(decision: Exclude<FailoverDecision, { state: 'failover' }>): Turn {
  if (decision.state === 'healthy') return { reviewAt: null, summary: `healthy: ${decision.reason}` };
  return { reviewAt: decision.reviewAt, summary: `holding (${decision.cause}): ${decision.reason}` };
}

function count({ ports, settings }: ActContext): void {
  const values = [{ name: METRIC.decisions, value: 1, unit: 'Count' as const }];
  ports.metrics.emit([{ dimensions: { [DIMENSION.env]: settings.env }, values }]);
}
