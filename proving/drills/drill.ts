/** One way to run and to tell a drill, whatever it is about. */

import { isThrottle, type Choice } from './choose.ts';
import type { DrillLine } from './model.ts';
import type { DrillPlace } from './ports.ts';
import { runDrill, type DrillOptions } from './run.ts';
import { toText } from './text.ts';
import type { ThrottleLine } from './throttle/model.ts';
import { runThrottleDrill } from './throttle/run.ts';
import { toThrottleText } from './throttle/text.ts';

/** What a drill needs to know besides what is drilled. */
export type DrillConditions = Omit<DrillOptions, 'scenario' | 'fault'>;

export function runChoice(
  place: DrillPlace,
  choice: Choice,
  conditions: DrillConditions,
): Promise<DrillLine | ThrottleLine> {
  return isThrottle(choice)
    ? runThrottleDrill(place, { ...choice, ...conditions })
    : runDrill(place, { ...choice, ...conditions });
}

export function textOf(line: DrillLine | ThrottleLine): string {
  return 'goodput_by_phase' in line ? toThrottleText(line) : toText(line);
}
