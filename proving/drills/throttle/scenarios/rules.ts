/** Rules that several hypotheses of the throttle share. */

import { rulesFor } from '../../rules.ts';
import type { ThrottleLine } from '../model.ts';
import type { ThrottleRun } from '../types.ts';

export const { exactly, within, atLeast, moreThan } = rulesFor<ThrottleLine>();

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
