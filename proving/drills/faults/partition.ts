import { applicationOf, isSilent, proberOf, rulesOf, type Cut } from './cut.ts';
import type { Fault, FaultContext } from './types.ts';

/**
 * The clients and one zone's prober are cut off from the victim, which serves everybody else (F-07). The prober is of
 * another zone than the victim's, as a lost link between zones has it.
 */
export async function partition({ place, members, victim, application, now }: FaultContext): Promise<Fault> {
  const viewpoints = await place.viewpoints();
  const zones = [...new Set(members.map(({ az }) => az))].toSorted();
  const elsewhere = zones.find((az) => az !== victim.az) ?? victim.az;
  const cuts: readonly Cut[] = [
    { from: applicationOf(viewpoints, application), to: victim },
    { from: proberOf(viewpoints, elsewhere), to: victim },
  ];
  const at = now();
  await place.setNetwork(rulesOf(cuts));
  return {
    kind: 'partition',
    at,
    verify: () => isSilent(place, cuts),
    release: () => place.setNetwork([]),
  };
}
