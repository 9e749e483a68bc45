/** What every drill does around its own work: wait for health, take away, break, give back whatever happens, judge. */

import { giveBack, takeAway, type Conditions, type Without } from './conditions.ts';
import type { Deny, DrillPlace } from './ports.ts';
import type { Setting } from './scenarios/types.ts';

/** What is drilled, and under which conditions. */
export interface OptionsOf<Scenario, Fault> {
  readonly scenario: Scenario;
  readonly fault: Fault;
  /** Chooses the victim. */
  readonly seed: number;
  /** Switches something of the control plane off: the data plane, or the other trigger, must do without. */
  readonly without: Without | null;
  /** Takes an AWS API away from everybody. */
  readonly deny: Deny | null;
  /** Replaces what is ours by plain clients and nothing: shows what the fault does to others. */
  readonly control: boolean;
  /** Share of the usual load in per cent, for a machine that cannot bear all of it; 100 where it is left out. */
  readonly loadPct?: number;
  readonly signal: AbortSignal;
}

/** Of steady load: sent before anything is counted, and before anything is broken. */
export const WARM_UP_MS = 5000;
export const BEFORE_MS = 6000;

export interface Drilling<Line> {
  /** Before anything is taken away. */
  prepare(): Promise<void>;
  run(): Promise<void>;
  /** Ends everything that still stands: after a drill, after an error, after Ctrl-C. Never rejects. */
  clear(): Promise<void>;
  /** Once everything was given back. */
  conclude(): Promise<Line>;
}

/** Bounds of waiting, at the fast pace; AWS's pace takes up to ten times as long. */
const HEALTHY_MS_MAX = { fast: 60_000, aws: 240_000 };

/** What the options of a drill and the pace of its place come to. */
export function settingOf<Fault>(
  place: DrillPlace,
  { fault, without, deny, control }: Conditions & { readonly fault: Fault },
): Conditions & { readonly fault: Fault; readonly pace: Setting['pace'] } {
  return { fault, without, deny, control, pace: place.pace === 'aws' ? 'aws' : 'fast' };
}

export async function conduct<Line>(
  place: DrillPlace,
  { name, setting }: { readonly name: string; readonly setting: Conditions & Pick<Setting, 'pace'> },
  drilling: Drilling<Line>,
): Promise<Line> {
  place.say(`${name}: waiting until every member is healthy`);
  await place.healthy(HEALTHY_MS_MAX[setting.pace]);
  try {
    await drilling.prepare();
    await takeAway(place, setting);
    await drilling.run();
  } finally {
    await drilling.clear();
    await giveBack(place, setting);
  }
  return drilling.conclude();
}
