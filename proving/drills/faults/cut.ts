/** Silence between two ends, and the check that it is there and nowhere else. */

import type { Member, Viewpoint } from '../model.ts';
import { answerMs } from '../plain-session.ts';
import type { DrillPlace, NetworkRule } from '../ports.ts';
import { SILENCE_MS } from './types.ts';

/** Our own way to a member that is well must stay open; a login on a busy machine takes its time. */
const ANSWER_MS_MAX = 5000;

export interface Cut {
  readonly from: Viewpoint;
  readonly to: Member;
}

export function rulesOf(cuts: readonly Cut[]): readonly NetworkRule[] {
  return cuts.map(({ from, to }) => ({ from: from.address, to: to.address, effect: { kind: 'drop' } }));
}

/** A plain client gets no answer on any of the ways that are cut, and one on its own way to the same members. */
export async function isSilent(place: DrillPlace, cuts: readonly Cut[]): Promise<boolean> {
  const members = [...new Set(cuts.map(({ to }) => to))];
  const [cut, open] = await Promise.all([
    Promise.all(
      cuts.map(({ from, to }) => answerMs(place, to, { from: from.address, timeoutMs: SILENCE_MS })),
    ),
    Promise.all(members.map((member) => answerMs(place, member, { timeoutMs: ANSWER_MS_MAX }))),
  ]);
  return cut.every((ms) => ms === null) && open.every((ms) => ms !== null);
}

/** The prober of a zone. @throws Error when there is none: the fault cannot be made */
export function proberOf(viewpoints: readonly Viewpoint[], az: string): Viewpoint {
  const prober = viewpoints.find((viewpoint) => viewpoint.kind === 'prober' && viewpoint.az === az);
  if (prober) return prober;
  throw new Error(`no prober of ${az} connects to members; there are ${names(viewpoints)}`);
}

export function applicationOf(viewpoints: readonly Viewpoint[], name: string): Viewpoint {
  const application = viewpoints.find(
    (viewpoint) => viewpoint.kind === 'application' && viewpoint.name === name,
  );
  if (application) return application;
  throw new Error(`no application ${name} connects to members; there are ${names(viewpoints)}`);
}

function names(viewpoints: readonly Viewpoint[]): string {
  return viewpoints.map(({ name }) => name).join(', ') || 'none';
}
