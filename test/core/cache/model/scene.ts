/** One client in one world, and what every step of it needs. */

import type { ReadSight, Sight } from '../../../../core/cache/protocol/index.ts';
import type { Protocol } from './protocol.ts';
import type { Step } from './search.ts';
import { type Client, type ReadOp, type Size, spent, withClient, type World } from './world.ts';

/** One client in one world. */
export interface Scene {
  readonly world: World;
  readonly protocol: Protocol;
  readonly size: Size;
  readonly at: number;
}

export function clientOf({ world, at }: Scene): Client {
  return world.clients[at]!;
}

export function sightOf({ world, at }: Scene, shard: number): Sight {
  const client = world.clients[at]!;
  return { view: client.views[shard]!, incarnation: client.connections[shard]!, now: 0 };
}

export function readSightOf(scene: Scene, { shard, ring }: Pick<ReadOp, 'shard' | 'ring'>): ReadSight {
  const view = clientOf(scene).ring;
  const isPlaced = scene.protocol.isStillPlaced(view, ring, 0);
  return { ...sightOf(scene, shard), isPlaced };
}

export function keysOf({ slotOfKey, clients }: Size, at: number): readonly number[] {
  return clients[at]!.keys ?? slotOfKey.keys().toArray();
}

/** No answer in time, whatever became of the command: the connection is given up. */
export function timeouts(
  world: World,
  label: string,
  outcomes: readonly World[],
  unanswered: (world: World) => World,
): Step<World>[] {
  if (world.faults.timeouts === 0) return [];
  return outcomes.map((outcome) => ({
    label: `timeout ${label}`,
    state: unanswered(spent(outcome, 'timeouts')),
  }));
}

export function disconnected({ world, at }: Scene, shard: number): World {
  const { connections } = world.clients[at]!;
  return withClient(world, at, { connections: connections.with(shard, null) });
}
