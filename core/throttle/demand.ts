/**
 * Reads what an application has written into its demand partition. Its role may write anything there, so an item
 * is taken only when all of it is what a report looks like; nothing of it is repaired.
 */

import { DEMAND_CALLERS_MAX, type DemandItem } from '../state/throttle-items.ts';
import { PER_SECOND_MAX } from './rate.ts';

export const INSTANCE_NAME = /^[A-Za-z0-9][A-Za-z0-9._:@/-]{0,127}$/;
export const CALLER_LENGTH_MAX = 128;
/** How far the clock of an instance may be ahead of the reader's, in ms. */
export const CLOCK_AHEAD_MS_MAX = 15_000;

export interface DemandPlace {
  /** Whose partition it was found in. */
  readonly application: string;
  /** The sort key it was found at. */
  readonly sk: string;
  readonly now: number;
}

export type ReadDemand =
  | { readonly ok: true; readonly item: DemandItem }
  /** `rule` says what is wrong, and repeats nothing of what was written. */
  | { readonly ok: false; readonly rule: string };

type Fields = Readonly<Record<string, unknown>>;

/** @param written one item of a demand partition, of any type */
export function readDemand({ application, sk, now }: DemandPlace, written: unknown): ReadDemand {
  if (!isFields(written) || written['kind'] !== 'demand') return refused('is no demand');
  const { resource, instance, at, callers, others, held } = written;
  if (typeof instance !== 'string' || !INSTANCE_NAME.test(instance)) return refused('names no instance');
  if (typeof resource !== 'string') return refused('names no resource');
  if (written['application'] !== application || sk !== `${resource}#${instance}`) {
    return refused('is not what its key says');
  }
  if (!isNumber(at) || at > now + CLOCK_AHEAD_MS_MAX) return refused('is dated in the future');
  if (!isRate(others)) return refused('has a demand of others that is no rate');
  if (!isFields(callers)) return refused('has no callers');
  const rates = Object.entries(callers);
  if (rates.length > DEMAND_CALLERS_MAX) return refused(`names more than ${DEMAND_CALLERS_MAX} callers`);
  if (!rates.every(([name]) => name !== '' && name.length <= CALLER_LENGTH_MAX)) {
    return refused(`names a caller that has no 1 to ${CALLER_LENGTH_MAX} characters`);
  }
  if (!rates.every(([, perS]) => isRate(perS))) return refused('has a demand that is no rate');
  const lease = readHeld(held);
  if (lease === undefined) return refused('holds no lease that was ever given');
  const demand = Object.fromEntries(rates) as Readonly<Record<string, number>>;
  const item = { application, resource, instance, at, callers: demand, others, held: lease };
  return { ok: true, item: { kind: 'demand', ...item } };
}

function readHeld(held: unknown): DemandItem['held'] | undefined {
  if (held === null) return null;
  if (!isFields(held)) return undefined;
  const { epoch, until, total } = held;
  if (!Number.isSafeInteger(epoch) || (epoch as number) < 0) return undefined;
  return isNumber(until) && isRate(total) ? { epoch: epoch as number, until, total } : undefined;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}

function isRate(value: unknown): value is number {
  return isNumber(value) && value <= PER_SECOND_MAX;
}

function refused(rule: string): ReadDemand {
  return { ok: false, rule };
}
