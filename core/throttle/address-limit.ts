/**
 * What one address may send, in WAF's terms: so many requests within the last so many seconds. WAF is the coarse
 * guard, so its limit is what a caller within its quota can send at most: the exact guard, in the process, admits
 * in any window no more than `rate x window + burst`, and whoever stays below that is not stopped at the edge.
 */

import type { Fault } from '../errors.ts';
import type { ResourceQuotas } from './quotas-types.ts';

/** Seconds that WAF can look back. */
export const WINDOWS_S: readonly number[] = [60, 120, 300, 600];
/** WAF's own bounds of a limit, in requests within a window. */
export const LIMIT_MIN = 10;
export const LIMIT_MAX = 2_000_000_000;

export interface AddressRate {
  readonly quotas: ResourceQuotas;
  /** Requests a second of one caller; what `mostOfOneCaller` says where nothing is given. */
  readonly perSecond: number;
  readonly callersPerAddress: number;
  readonly windowS: number;
}

/** Requests a second that the quotas allow the one caller that may send most. */
export function mostOfOneCaller({ capacityPerS, callers, others }: ResourceQuotas): number {
  const limits = [...Object.values(callers), others].map(({ limitPerS }) => limitPerS ?? capacityPerS);
  return Math.max(...limits);
}

/** Requests within the window: rate x window + burst, for every caller that shares the address. */
export function addressLimit({ quotas, perSecond, callersPerAddress, windowS }: AddressRate): number {
  const burst = Math.max(1, Math.ceil(perSecond * quotas.burstS));
  return (Math.ceil(perSecond * windowS) + burst) * callersPerAddress;
}

export function addressLimitFaults(field: string, rate: AddressRate): readonly Fault[] {
  const limit = addressLimit(rate);
  const value = `${limit} requests in ${rate.windowS} s`;
  if (limit < LIMIT_MIN) {
    const rule = `is below ${LIMIT_MIN} requests in a window, the least that WAF can limit to`;
    return [{ field, value, rule, fix: 'raise the rate or take a longer window' }];
  }
  if (limit > LIMIT_MAX) {
    const rule = `is above ${LIMIT_MAX} requests in a window, the most that WAF can limit to`;
    return [{ field, value, rule, fix: 'lower the rate or take a shorter window' }];
  }
  return [];
}
