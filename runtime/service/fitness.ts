/** Whether an instance looks fit, and whether it is still the one it was. */

import { isOut, type MemberLimits, type MemberState } from '../../core/pools/index.ts';
import type { Instance } from './ports.ts';
import type { Slot } from './slot.ts';

export function isSame(a: Instance, b: Instance | undefined): boolean {
  return b !== undefined && a.host === b.host && a.port === b.port;
}

/** Not out, and not kept in by the cap alone. */
export function isFit({ state, avoidUntil }: Slot, now: number, limits: MemberLimits): boolean {
  return !isOut(state) && !(avoidUntil > now && isOverLimit(state, limits));
}

function isOverLimit(state: MemberState, { errorsMax, latesMax }: MemberLimits): boolean {
  return state.kind === 'suspect' && (state.errors >= errorsMax || state.lates >= latesMax);
}
