/**
 * Divides the capacity of each throttled resource among the instances that report on it. Woken by their reports,
 * it forgets them and looks: what all instances want, what may be in force, and what the quotas say. The
 * applications go on without it: with their leases, then with nine tenths of them.
 */

import { throttleThresholds } from '../shared/thresholds.ts';
import { ClearanceDesk, type HeldLease } from '../shared/clearance.ts';
import { runController, type ControllerReport, type Turn } from '../shared/controller.ts';
import { isDenied } from '../shared/denials.ts';
import type { ThrottleThresholds } from '../../core/thresholds/throttle.ts';
import { placeOf } from '../shared/events.ts';
import type { Invocation } from '../shared/invocation.ts';
import { putPlan } from './act.ts';
import { LEASE, LEASE_MS, REQUEST_TIMEOUT_MS } from './contract.ts';
import {
  observe,
  type ApplicationView,
  type ResourceView,
  type ThrottlePorts,
  type ThrottleSettings,
} from './observe.ts';
import { metricsOf, planResource, type ResourcePlan } from './plan.ts';
import { parseDemandTrigger, type DemandTrigger } from './trigger.ts';

export type { ThrottlePorts, ThrottleSettings } from './observe.ts';

export interface ThrottleReport extends ControllerReport {
  readonly trigger: DemandTrigger['kind'];
}

export type ThrottleHandler = (event: unknown, invocation: Invocation) => Promise<ThrottleReport>;

/** A right that is missing does not come back by itself: an application is left alone for so long. */
export const DENIED_HOLD_MS = 60_000;

interface Context {
  readonly ports: ThrottlePorts;
  readonly settings: ThrottleSettings;
  readonly desk: ClearanceDesk;
  readonly invocation: Invocation;
  readonly held: HeldLease;
  readonly thresholds: ThrottleThresholds;
}

export function createHandler(ports: ThrottlePorts, settings: ThrottleSettings): ThrottleHandler {
  /** By application: until when it is left alone, monotonic. Forgotten with the process, which costs one call. */
  const denied = new Map<string, number>();
  return async (event, invocation) => {
    const trigger = parseDemandTrigger(event, {
      ...placeOf(invocation.functionArn),
      table: settings.throttleTable,
    });
    if (trigger.kind !== 'demand') {
      ports.log.warn('not triggered', { trigger: trigger.kind, why: trigger.why });
      return { trigger: trigger.kind, ran: false, turns: 0, summary: trigger.why };
    }
    const desk = new ClearanceDesk(ports, { tier: 'throttle', modeDefault: settings.mode });
    const options = { lease: LEASE, leaseMs: LEASE_MS, callMs: REQUEST_TIMEOUT_MS };
    const report = await runController(ports, options, invocation, async (held) => {
      const thresholds = await throttleThresholds(ports.store);
      return takeTurn({ ports, settings, desk, invocation, held, thresholds }, denied);
    });
    ports.log.info('finished', { trigger: trigger.kind, ...report });
    return { trigger: trigger.kind, ...report };
  };
}

/** What fails for one application does not take the others with it; it is thrown in the end, to be counted. */
async function takeTurn(context: Context, denied: Map<string, number>): Promise<Turn> {
  const { ports, settings } = context;
  const summaries: string[] = [];
  const errors: unknown[] = [];
  for (const application of new Set(settings.resources.map((one) => one.application))) {
    if ((denied.get(application) ?? 0) > ports.clock.monotonic()) {
      summaries.push(`${application}: left alone, as a call was denied`);
      continue;
    }
    try {
      const { stopped, summary } = await planApplication(context, application);
      summaries.push(`${application}: ${summary}`);
      if (stopped) break;
    } catch (error) {
      if (isDenied(error)) denied.set(application, ports.clock.monotonic() + DENIED_HOLD_MS);
      ports.log.error('not planned', { application, error: String(error) });
      errors.push(error);
    }
  }
  if (errors.length > 0) throw errors[0];
  return { reviewAt: null, summary: summaries.join('; ') };
}

interface Outcome {
  /** Another invocation has taken over, or time is out. */
  readonly stopped: boolean;
  readonly summary: string;
}

async function planApplication(context: Context, application: string): Promise<Outcome> {
  const { ports, settings, desk, held, invocation, thresholds } = context;
  const resources = settings.resources.filter((one) => one.application === application);
  const names = resources.map(({ resource }) => resource);
  const view = await observe(ports, application, names);
  tellRefused(context, application, view);
  if (!view.complete) return { stopped: false, summary: 'more demand is written than is read' };
  const plans = view.resources.flatMap((one) => planOf(context, view, one));
  const due = plans.filter(({ leases }) => leases.length > 0);
  if (due.length === 0) return { stopped: false, summary: 'nothing is due' };
  const clearance = await desk.ask({
    held,
    evidenceAt: view.at,
    evidenceAgeMsMax: thresholds['report-ms'],
    callMs: REQUEST_TIMEOUT_MS,
    remainingMs: invocation.remainingMs(),
  });
  if (!clearance.clear) return { stopped: false, summary: `not clear: ${clearance.why}` };
  let leases = 0;
  for (const plan of due) {
    const result = await putPlan(ports, { plan, held, invocation });
    if (result.stopped) return { stopped: true, summary: result.why };
    leases += result.leases;
  }
  return {
    stopped: false,
    summary: `${leases} leases of ${due.map(({ item }) => item.resource).join(', ')}`,
  };
}

function planOf(context: Context, { at }: ApplicationView, view: ResourceView): readonly ResourcePlan[] {
  const { ports, settings, held, thresholds } = context;
  if (view.quotas === null) {
    ports.log.warn('no quotas are in force yet', { resource: view.resource });
    return [];
  }
  const { quotas } = view;
  const plan = planResource({ view, quotas, thresholds, now: at, epoch: held.lease.token });
  ports.metrics.emit([metricsOf(settings.env, view, plan)]);
  const { epoch, wantedPerS, inForceMaxPerS, instances } = plan.item;
  const said = { resource: view.resource, epoch, wantedPerS, inForceMaxPerS, instances };
  ports.log.info('decided', { ...said, leases: plan.leases.length });
  return [plan];
}

function tellRefused({ ports }: Context, application: string, view: ApplicationView): void {
  for (const { resource, refused, refusedRule } of view.resources) {
    if (refused === 0) continue;
    ports.log.warn('demand refused', { application, resource, items: refused, first: refusedRule });
  }
}
