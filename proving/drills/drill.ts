/** One way to run and to tell a drill, whatever it is about. */

import type { CacheLine } from './cache/model.ts';
import { runCacheDrill } from './cache/run.ts';
import { toCacheText } from './cache/text.ts';
import { isCache, isFront, isThrottle, type Choice } from './choose.ts';
import type { FrontLine } from './front/model.ts';
import { runFrontDrill } from './front/run.ts';
import { toFrontText } from './front/text.ts';
import type { DrillLine } from './model.ts';
import type { DrillPlace } from './ports.ts';
import { runDrill, type DrillOptions } from './run.ts';
import { toText } from './text.ts';
import type { ThrottleLine } from './throttle/model.ts';
import { runThrottleDrill } from './throttle/run.ts';
import { toThrottleText } from './throttle/text.ts';

/** What a drill needs to know besides what is drilled. */
export type DrillConditions = Omit<DrillOptions, 'scenario' | 'fault'>;

/** A line of any kind of drill. */
export type AnyLine = DrillLine | ThrottleLine | CacheLine | FrontLine;

export function runChoice(place: DrillPlace, choice: Choice, conditions: DrillConditions): Promise<AnyLine> {
  if (isThrottle(choice)) return runThrottleDrill(place, { ...choice, ...conditions });
  if (isCache(choice)) return runCacheDrill(place, { ...choice, ...conditions });
  if (isFront(choice)) return runFrontDrill(place, { ...choice, ...conditions });
  return runDrill(place, { ...choice, ...conditions });
}

export function textOf(line: AnyLine): string {
  if ('goodput_by_phase' in line) return toThrottleText(line);
  if ('balancer_failed' in line) return toFrontText(line);
  return 'rehashed_keys' in line ? toCacheText(line) : toText(line);
}
