import type { DrillPlace } from '../ports.ts';
import type { FrontPlace } from './ports.ts';
import type { Stock } from './types.ts';

/** Everything that there is to break, as it is now. */
export async function takeStock(place: DrillPlace, front: FrontPlace): Promise<Stock> {
  const [members, cacheNodes, tasks, nodes, viewpoints] = await Promise.all([
    place.members(),
    place.cacheNodes(),
    front.tasks(),
    front.nodes(),
    place.viewpoints(),
  ]);
  const zones = [...new Set(members.map(({ az }) => az))];
  const pids = await Promise.all(zones.map(async (az) => [az, await front.proberPids(az)] as const));
  return { members, cacheNodes, tasks, nodes, viewpoints, proberPids: Object.fromEntries(pids) };
}
