/**
 * Puts a plan and its leases. Killed anywhere in between, what was put counts as in force in the next run, and who
 * got nothing has not been answered yet (I-13).
 */

import type { HeldLease } from '../shared/clearance.ts';
import type { Invocation } from '../shared/invocation.ts';
import { REQUEST_TIMEOUT_MS } from './contract.ts';
import type { ThrottlePorts } from './observe.ts';
import type { LeaseToPut, ResourcePlan } from './plan.ts';

export interface PlanToPut {
  readonly plan: ResourcePlan;
  readonly held: HeldLease;
  readonly invocation: Invocation;
}

/** `stopped`: this invocation may write nothing any more. */
export type PutResult =
  { readonly stopped: false; readonly leases: number } | { readonly stopped: true; readonly why: string };

/** Puts under way at one time. */
const PUTS_AT_ONCE = 10;

export async function putPlan(
  ports: Pick<ThrottlePorts, 'throttle' | 'clock'>,
  { plan, held, invocation }: PlanToPut,
): Promise<PutResult> {
  const mayPut = (): boolean =>
    held.untilMonotonic - ports.clock.monotonic() >= REQUEST_TIMEOUT_MS &&
    invocation.remainingMs() >= REQUEST_TIMEOUT_MS;
  if (!mayPut()) return { stopped: true, why: 'no time is left to put the plan' };
  if (!(await ports.throttle.putPlan(plan.item)))
    return { stopped: true, why: 'overtaken by a higher epoch' };
  for (let from = 0; from < plan.leases.length; from += PUTS_AT_ONCE) {
    // A process that was paused must not write what was decided before (I-07).
    if (!mayPut()) return { stopped: true, why: `no time is left after ${from} leases` };
    const batch = plan.leases.slice(from, from + PUTS_AT_ONCE);
    if (!(await putAll(ports, batch))) return { stopped: true, why: 'a lease was overtaken' };
  }
  return { stopped: false, leases: plan.leases.length };
}

async function putAll(
  { throttle }: Pick<ThrottlePorts, 'throttle'>,
  leases: readonly LeaseToPut[],
): Promise<boolean> {
  const done = await Promise.all(leases.map(({ item, before }) => throttle.putLease(item, before)));
  return done.every(Boolean);
}
