import { proberOf } from '../../faults/cut.ts';
import { SILENCE_MS } from '../../faults/types.ts';
import type { CacheNode, Viewpoint } from '../../model.ts';
import type { NetworkRule } from '../../ports.ts';
import { answers } from '../plain-cache.ts';
import type { ShardFault, ShardFaultContext } from '../types.ts';

/** Our own way to a node that is well must stay open; a login on a busy machine takes its time. */
const ANSWER_MS_MAX = 5000;

interface Cut {
  readonly from: Viewpoint;
  readonly to: CacheNode;
}

/**
 * Every application and one zone's prober are cut off from the nodes, which go on for everybody else (F-07). The prober
 * is of another zone than the first node's. Verified when no login is answered on any way that is cut, and one is on our
 * own way to the same nodes.
 */
export async function partition({ place, victims, nodes, now }: ShardFaultContext): Promise<ShardFault> {
  const viewpoints = await place.viewpoints();
  const zones = [...new Set(nodes.map(({ az }) => az))].toSorted();
  const elsewhere = zones.find((az) => az !== victims[0]!.az) ?? victims[0]!.az;
  const applications = viewpoints.filter(({ kind }) => kind === 'application');
  const lost = [...applications, proberOf(viewpoints, elsewhere)];
  const cuts = victims.flatMap((to) => lost.map((from): Cut => ({ from, to })));
  const at = now();
  await place.setNetwork(
    cuts.map(({ from, to }): NetworkRule => {
      return { from: from.address, to: to.address, effect: { kind: 'drop' } };
    }),
  );
  return {
    at,
    verify: async () => {
      const [cut, open] = await Promise.all([
        Promise.all(
          cuts.map(({ from, to }) => answers(place, to, { from: from.address, timeoutMs: SILENCE_MS })),
        ),
        Promise.all(victims.map((to) => answers(place, to, { timeoutMs: ANSWER_MS_MAX }))),
      ]);
      return cut.length > 0 && !cut.some(Boolean) && open.every(Boolean);
    },
    release: () => place.setNetwork([]),
  };
}
