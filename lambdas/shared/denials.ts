/**
 * Calls that the function's role does not allow. A missing right does not come back by itself, so a denied call is
 * not made again at every event: once a cooldown, or as soon as a person has given the right and acknowledged it.
 */

import type { LedgerItem } from '../../core/state/items.ts';

/** As AWS's protocols spell it: Query and XML, JSON and REST, EC2. */
const DENIED_CODES: ReadonlySet<string> = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'UnauthorizedOperation',
]);

export interface StandingDenial {
  readonly recoveryId: string;
  readonly ageMs: number;
}

/** The newest denial of a call that still counts; null where the call may be made. */
export function standingDenial(
  ledger: readonly LedgerItem[],
  call: string,
  { now, holdMs }: { readonly now: number; readonly holdMs: number },
): StandingDenial | null {
  for (const item of ledger.toSorted((a, b) => b.startedAt - a.startedAt)) {
    const step = item.steps.findLast((one) => one.call === call && one.at !== null);
    if (step === undefined || item.acknowledged !== undefined) continue;
    const denied = step.outcome === 'refused' && DENIED_CODES.has(step.detail ?? '');
    const ageMs = now - step.at!;
    return denied && ageMs < holdMs ? { recoveryId: item.id, ageMs } : null;
  }
  return null;
}

/** Whether AWS has denied the call that threw this. */
export function isDenied(error: unknown): boolean {
  return error instanceof Error && DENIED_CODES.has(error.name);
}

export function tellDenial(call: string, { recoveryId, ageMs }: StandingDenial): string {
  return `${call} was denied ${ageMs} ms ago: give the role the right, then acknowledge ${recoveryId}`;
}
