/** Rules that several hypotheses of the throttle share. */

import { atMost } from '../../scenarios/types.ts';
import type { ThrottleLine } from '../model.ts';
import type { ThrottleExpectation, ThrottleRun } from '../types.ts';

type CountField = {
  [K in keyof ThrottleLine]: ThrottleLine[K] extends number | null ? K : never;
}[keyof ThrottleLine];

/** `field = count`; null never holds. */
export function exactly(field: CountField, count: number): ThrottleExpectation {
  return { rule: `${field} = ${count}`, holds: (line) => line[field] === count };
}

export function within(field: CountField, max: number): ThrottleExpectation {
  return { rule: `${field} <= ${max}`, holds: (line) => atMost(line[field], max) };
}

export function atLeast(field: CountField, min: number): ThrottleExpectation {
  return { rule: `${field} >= ${min}`, holds: (line) => (line[field] ?? Number.NEGATIVE_INFINITY) >= min };
}

export function moreThan(field: CountField, min: number): ThrottleExpectation {
  return { rule: `${field} > ${min}`, holds: (line) => (line[field] ?? min) > min };
}

/** Share of what was to be sent that really was, and arrived, for the load to count as the fault that it is. */
const SENT_RATIO_MIN = 0.95;

/**
 * In this phase as many requests as `perS` says were sent, by their sender; and what was sent from then on arrived, by
 * the application. What arrived is counted until the end, since at the end of a phase some are on their way.
 */
export function reallySent({ samples, phases, looks }: ThrottleRun, name: string, perS: number): boolean {
  const index = phases.findIndex((phase) => phase.name === name);
  const phase = phases[index];
  if (!phase) return false;
  const wanted = ((phase.to - phase.from) / 1000) * perS * SENT_RATIO_MIN;
  const later = new Set(phases.slice(index).map((one) => one.name));
  const sent = samples.filter((sample) => sample.phase === name).length;
  const sentLater = samples.filter((sample) => later.has(sample.phase)).length;
  const arrived = arrivedUntil(looks.at(-1)) - arrivedUntil(looks[index]);
  return sent >= wanted && arrived >= sentLater * SENT_RATIO_MIN;
}

/** NaN where an application did not say. */
function arrivedUntil(look: ThrottleRun['looks'][number] | undefined): number {
  if (!look) return Number.NaN;
  return look.statuses.reduce((sum, status) => sum + (status?.arrived ?? Number.NaN), 0);
}
