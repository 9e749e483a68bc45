/**
 * Looks after what stands behind and before the balancers: takes out a target that hangs, leads requests away from a
 * gray zone, tells whether the public endpoint answers, and repairs drifted records when all is quiet. Woken by the
 * front table's stream, every minute, by its alarms and by task changes. Applications need none of it to be right.
 */

import type { FrontFacts } from '../../core/front/index.ts';
import type { RecordStore } from '../../core/ports/index.ts';
import type { EdgeMemory, FrontMemory } from '../../core/state/front-items.ts';
import { ClearanceDesk } from '../shared/clearance.ts';
import { runController, type ControllerReport, type Turn } from '../shared/controller.ts';
import { parseTrigger, placeOf, type Trigger } from '../shared/events.ts';
import type { Invocation } from '../shared/invocation.ts';
import { OVERTAKEN } from '../shared/recovery.ts';
import { checkEdge } from './check-edge.ts';
import { FUNCTION, LEASE, LEASE_MS, REQUEST_TIMEOUT_MS } from './contract.ts';
import { edgeMetric, frontMetrics } from './metrics.ts';
import type { FrontContext, RecoveryPorts } from './observe.ts';
import { recover, remember } from './recover.ts';
import { lookAfterRecords } from './repair.ts';
import type { FrontSettings } from './settings.ts';

export interface FrontPorts extends RecoveryPorts {
  /** Null where no hosted zone is looked after. */
  readonly records: RecordStore | null;
}

export interface FrontReport extends ControllerReport {
  readonly trigger: Trigger['kind'];
}

export type FrontHandler = (event: unknown, invocation: Invocation) => Promise<FrontReport>;

/** What waits for longer is looked at when the schedule comes round. */
const NEAR_MS = 10_000;
const STOP: Turn = { reviewAt: null, summary: OVERTAKEN.summary };

export function createHandler(ports: FrontPorts, settings: FrontSettings): FrontHandler {
  return async (event, invocation) => {
    const trigger = triggerOf(event, invocation, settings);
    if (trigger.kind === 'refused' || trigger.kind === 'nothing' || trigger.kind === 'parameters') {
      const summary = 'why' in trigger ? trigger.why : 'this event is not for this function';
      ports.log.warn('not triggered', { trigger: trigger.kind, why: summary });
      return { trigger: trigger.kind, ran: false, turns: 0, summary };
    }
    const desk = (tier: 'web' | 'edge'): ClearanceDesk =>
      new ClearanceDesk(ports, { tier, modeDefault: settings.mode });
    const desks = { web: desk('web'), edge: desk('edge') };
    const options = { lease: LEASE, leaseMs: LEASE_MS, callMs: REQUEST_TIMEOUT_MS };
    const stopped = trigger.kind === 'tasks' ? trigger.stopped : [];
    const told = { edge: false, metrics: false, recordsFrom: Number.NEGATIVE_INFINITY };
    const report = await runController(ports, options, invocation, (held) =>
      takeTurn({ ports, settings, desks, held, invocation, stopped }, ports, { trigger, told }),
    );
    ports.log.info('finished', { trigger: trigger.kind, ...report });
    return { trigger: trigger.kind, ...report };
  };
}

function triggerOf(event: unknown, { functionArn }: Invocation, settings: FrontSettings): Trigger {
  const { env, frontTable, taskCluster } = settings;
  return parseTrigger(event, {
    ...placeOf(functionArn),
    env,
    table: frontTable,
    controller: FUNCTION,
    observations: 'target-observation',
    ...(taskCluster === null ? {} : { taskCluster }),
  });
}

interface Woken {
  readonly trigger: Trigger;
  /** What this invocation has done already, and when it looks at the records, or does again. */
  readonly told: { edge: boolean; metrics: boolean; recordsFrom: number };
}

async function takeTurn(
  context: FrontContext,
  { records, metrics, clock }: FrontPorts,
  { trigger, told }: Woken,
): Promise<Turn> {
  const recovered = await recover(context);
  if (recovered === null) return STOP;
  const { item, facts, changed } = recovered;
  const summaries = [recovered.summary];
  let memory: FrontMemory = item.memory!;
  const { env, check } = context.settings;
  const isOwn = isTimed(trigger) && !changed;
  if (isOwn && !told.edge) {
    told.edge = true;
    const looked = check === null ? null : await look(context, check, { before: memory.edge, facts });
    if (looked !== null) {
      const isNews = looked.healthy !== memory.edge.healthy;
      memory = { ...memory, edge: looked };
      if (trigger.kind === 'schedule' || isNews) metrics.emit([edgeMetric(env, memory)]);
    }
  }
  if (isOwn && records !== null && clock.now() >= told.recordsFrom) {
    const input = { facts, memory, unrest: recovered.unrest ?? edgeUnrest(memory) };
    const repaired = await lookAfterRecords(context, records, input);
    memory = repaired.memory;
    summaries.push(repaired.summary);
    told.recordsFrom = repaired.reviewAt ?? Number.POSITIVE_INFINITY;
  }
  if (!(await remember(context, item, { ...item, memory }))) return STOP;
  const groups = told.metrics && !changed ? [] : frontMetrics(env, recovered, memory);
  if (groups.length > 0) metrics.emit(groups);
  told.metrics = true;
  return {
    reviewAt: nearest([recovered.reviewAt ?? Number.POSITIVE_INFINITY, told.recordsFrom], clock.now()),
    summary: summaries.filter((text) => text !== '').join('; '),
  };
}

/** Null where all are for the schedule. */
function nearest(times: readonly number[], now: number): number | null {
  const near = times.filter((at) => Number.isFinite(at) && at - now <= NEAR_MS);
  return near.length === 0 ? null : Math.min(...near);
}

function look(
  { ports, invocation }: FrontContext,
  check: NonNullable<FrontSettings['check']>,
  { before, facts }: { readonly before: EdgeMemory; readonly facts: FrontFacts },
): Promise<EdgeMemory | null> {
  const remainingMs = (): number => invocation.remainingMs();
  return checkEdge(ports, check, { before, thresholds: facts.edge, remainingMs });
}

/** The edge and the records are looked at in the rhythm of the schedule, and when an alarm asks. */
function isTimed({ kind }: Trigger): boolean {
  return kind === 'schedule' || kind === 'alarm';
}

function edgeUnrest({ edge }: FrontMemory): string | null {
  if (!edge.healthy) return 'the edge does not answer';
  return edge.bad > 0 ? 'the edge did not answer just now' : null;
}
