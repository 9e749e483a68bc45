/** Whom a drill breaks. */

import { UnderstudyError } from '../../core/errors.ts';
import type { Member } from './model.ts';
import { pointedAt, serving } from './plain-clients.ts';
import type { DrillPlace } from './ports.ts';
import type { Scenario } from './scenarios/index.ts';

export interface Choosing {
  readonly scenario: Scenario;
  readonly seed: number;
  readonly control: boolean;
}

/** Equal seeds choose equal victims; of the control's members one that its plain clients use. */
export async function chooseVictim(
  place: DrillPlace,
  members: readonly Member[],
  { scenario, seed, control }: Choosing,
): Promise<Member> {
  const candidates = control ? await serving(place, members) : members;
  const victim = scenario.victim(candidates, fraction(seed)) ?? scenario.victim(members, fraction(seed));
  if (!victim) {
    const message = `${scenario.name} finds nobody to break among ${members.length} members`;
    throw new UnderstudyError(message, { code: 'no-victim', advice: 'check' });
  }
  if (!control || victim.role !== 'reader') return victim;
  const readers = candidates.filter(({ role }) => role === 'reader');
  return (await pointedAt(place, readers)) ?? victim;
}

/** A number in [0, 1) from a seed, by the finalizer of MurmurHash3. */
export function fraction(seed: number): number {
  let h = seed | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return ((h ^ (h >>> 16)) >>> 0) / 2 ** 32;
}
