/** Whether what the store answered is a lease of this instance at all. Nobody is trusted to have written it well. */

import type { ThrottleLeaseItem } from '../../../core/state/throttle-items.ts';
import { CRITICALITIES } from '../../../core/shedding/index.ts';
import { PER_SECOND_MAX } from '../../../core/throttle/index.ts';
import { THROTTLE_THRESHOLDS } from '../../../core/thresholds/throttle.ts';

export interface LeaseIdentity {
  readonly application: string;
  readonly resource: string;
  /** The same for the life of the process. */
  readonly instance: string;
}

/** No plan names more callers to one instance than could be in its reports of one lease's length. */
const CALLERS_MAX = 2000;
const BURST_S_MAX = 60;
const LEASE_MS_MAX = THROTTLE_THRESHOLDS.find(({ name }) => name === 'lease-ms')!.max;
/** The parts of a lease may differ from its total by the rounding of doubles. */
const TOTAL_TOLERANCE = 1e-6;

/** What is wrong with it, as words for people; null for nothing. */
export function leaseFault(item: unknown, identity: LeaseIdentity): string | null {
  if (!isRecord(item) || item['kind'] !== 'throttle-lease') return 'it is no lease';
  for (const name of ['application', 'resource', 'instance'] as const) {
    if (item[name] !== identity[name]) return `it is the lease of another ${name}`;
  }
  return timeFault(item) ?? rateFault(item) ?? classFault(item);
}

/** To be asked once `leaseFault` found nothing. */
export function asLease(item: unknown): ThrottleLeaseItem {
  return item as ThrottleLeaseItem;
}

function timeFault({ epoch, at, until, answers }: Fields): string | null {
  if (!isWhole(epoch) || epoch < 1) return 'its epoch is no whole number above 0';
  if (!isWhole(at) || !isWhole(until) || until <= at) return 'it ends before it begins';
  if (!isWhole(answers)) return 'it does not say what it answers';
  return until - at > LEASE_MS_MAX ? `it lasts longer than ${LEASE_MS_MAX} ms` : null;
}

function rateFault({ callers, others, total, burstS }: Fields): string | null {
  if (!isRecord(callers)) return 'it names no callers';
  const rates = Object.values(callers);
  if (rates.length > CALLERS_MAX) return `it names more than ${CALLERS_MAX} callers`;
  if (!rates.every(isRate) || !isRate(others)) return 'a rate is not a number from 0';
  const sum = rates.reduce((sum, rate) => sum + rate, others);
  if (typeof total !== 'number' || Math.abs(sum - total) > TOTAL_TOLERANCE * Math.max(1, sum)) {
    return 'its rates do not add up to its total';
  }
  const isBurst = typeof burstS === 'number' && burstS > 0 && burstS <= BURST_S_MAX;
  return isBurst ? null : `its burst is not above 0 and at most ${BURST_S_MAX} s`;
}

function classFault({ criticalities, othersCriticality }: Fields): string | null {
  if (!isRecord(criticalities)) return 'it gives no classes';
  const isKnown = [othersCriticality, ...Object.values(criticalities)].every((name) =>
    CRITICALITIES.some((known) => known === name),
  );
  return isKnown ? null : 'it gives an unknown class';
}

type Fields = Readonly<Record<string, unknown>>;

function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

function isRate(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= PER_SECOND_MAX;
}
