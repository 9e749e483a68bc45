/** The numbers of a throttle drill, computed from what its senders saw. Nothing here reads a clock. */

import { CRITICALITIES } from '../../../core/shedding/index.ts';
import { isGood } from '../measure/goodput.ts';
import { round } from '../measure/statistics.ts';
import type { PhaseTimes, ThrottleSample } from './model.ts';

const WINDOW_MS = 1000;

/** Answers a second, of the requests of a phase, that came in time to be of use; null for a phase without length. */
export function goodputPerS(
  samples: readonly ThrottleSample[],
  { name, from, to }: PhaseTimes,
): number | null {
  if (!(to > from)) return null;
  const good = samples.filter((s) => s.phase === name && isGood(s)).length;
  return round((good * 1000) / (to - from));
}

/** Goodput of a phase by the class of the requests. */
export function goodputByClass(
  samples: readonly ThrottleSample[],
  phase: PhaseTimes,
): Readonly<Record<string, number>> {
  const rates = CRITICALITIES.map((name) => {
    const ofClass = samples.filter((s) => s.criticality === name);
    return [name, goodputPerS(ofClass, phase) ?? 0] as const;
  });
  return Object.fromEntries(rates);
}

/** Of the users who asked in these requests, those all of whose requests were answered, in percent. */
export function wholeUsersPct(samples: readonly ThrottleSample[]): number | null {
  const users = new Map<string, boolean>();
  for (const sample of samples) users.set(sample.user, (users.get(sample.user) ?? true) && isGood(sample));
  if (users.size === 0) return null;
  return round((100 * [...users.values()].filter(Boolean).length) / users.size);
}

/** The most that was answered in any second beyond the capacity and the burst, in percent of the capacity. */
export function overAdmittedPct(
  samples: readonly ThrottleSample[],
  { capacityPerS, burst }: { readonly capacityPerS: number; readonly burst: number },
): number | null {
  const times = samples
    .filter((s) => s.ok)
    .map((s) => s.completedAt)
    .toSorted((a, b) => a - b);
  if (times.length === 0) return null;
  let most = 0;
  let first = 0;
  for (let last = 0; last < times.length; last += 1) {
    while (times[last]! - times[first]! >= WINDOW_MS) first += 1;
    most = Math.max(most, last - first + 1);
  }
  const beyond = most - (capacityPerS * WINDOW_MS) / 1000 - burst;
  return round((100 * Math.max(0, beyond)) / capacityPerS);
}
