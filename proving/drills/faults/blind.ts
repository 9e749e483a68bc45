import { isSilent, proberOf, rulesOf } from './cut.ts';
import type { Fault, FaultContext } from './types.ts';

/** The prober of the victim's zone alone is cut off from every member (F-06): nothing is wrong but its own sight. */
export async function blind({ place, members, victim, now }: FaultContext): Promise<Fault> {
  const prober = proberOf(await place.viewpoints(), victim.az);
  const cuts = members.map((member) => ({ from: prober, to: member }));
  const at = now();
  await place.setNetwork(rulesOf(cuts));
  return {
    kind: 'blind',
    at,
    verify: () => isSilent(place, cuts),
    release: () => place.setNetwork([]),
  };
}
