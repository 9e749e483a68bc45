/** Looks after what stands behind and before the balancers. Applications need none of it to be right. */

import { ClearanceDesk } from '../shared/clearance.ts';
import { runController, type ControllerReport, type Turn } from '../shared/controller.ts';
import { parseTrigger, placeOf, type Trigger } from '../shared/events.ts';
import type { Invocation } from '../shared/invocation.ts';
import { FUNCTION, LEASE, LEASE_MS, REQUEST_TIMEOUT_MS } from './contract.ts';
import { observeTargets, type FrontContext, type FrontPorts } from './observe.ts';
import type { FrontSettings } from './settings.ts';

export interface FrontReport extends ControllerReport {
  readonly trigger: Trigger['kind'];
}

export type FrontHandler = (event: unknown, invocation: Invocation) => Promise<FrontReport>;

export function createHandler(ports: FrontPorts, settings: FrontSettings): FrontHandler {
  return async (event, invocation) => {
    const { env, frontTable: table } = settings;
    const place = { ...placeOf(invocation.functionArn), env, table, controller: FUNCTION };
    const trigger = parseTrigger(event, place);
    if (trigger.kind === 'refused' || trigger.kind === 'nothing') {
      ports.log.warn('not triggered', { trigger: trigger.kind, why: trigger.why });
      return { trigger: trigger.kind, ran: false, turns: 0, summary: trigger.why };
    }
    const desk = new ClearanceDesk(ports, { tier: 'web', modeDefault: settings.mode });
    const options = { lease: LEASE, leaseMs: LEASE_MS, callMs: REQUEST_TIMEOUT_MS };
    const report = await runController(ports, options, invocation, (held) =>
      takeTurn({ ports, settings, desk, held, invocation, stopped: [] }),
    );
    ports.log.info('finished', { trigger: trigger.kind, ...report });
    return { trigger: trigger.kind, ...report };
  };
}

async function takeTurn(context: FrontContext): Promise<Turn> {
  const item = await observeTargets(context);
  const isOurs = await context.ports.front.putTargets(item);
  const summary = isOurs
    ? `${item.targets.length} targets`
    : 'overtaken by an invocation with a higher epoch';
  return { reviewAt: null, summary };
}
