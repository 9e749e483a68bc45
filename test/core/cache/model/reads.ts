/** How a client reads: it asks, loads and stores, and what it was given is checked. */

import type { Read } from '../../../../core/cache/protocol/index.ts';
import { entryAt, processOf, stored, withEntry } from './commands.ts';
import { clientOf, disconnected, keysOf, readSightOf, type Scene, timeouts } from './scene.ts';
import type { Step } from './search.ts';
import { type Client, type ReadOp, withClient, type World } from './world.ts';

export function readBeginnings(scene: Scene, client: Client): Step<World>[] {
  const { world, protocol, at, size } = scene;
  const isEarly = size.clients[at]!.isReadingLast && (client.write !== null || client.writesLeft > 0);
  if (client.readsLeft === 0 || isEarly) return [];
  return keysOf(size, at).map((key) => {
    const token = `${client.id}r${client.readsLeft}`;
    const { row } = client.ring;
    const place = { shard: protocol.readsFrom(row, size.slotOfKey[key]!), ring: row.epoch };
    const state = protocol.beginRead<number>(readSightOf(scene, place), token);
    const floor = world.acknowledged[key]!;
    const read: ReadOp = { key, ...place, state, floor, filledAt: null, isOutdated: false };
    const readsLeft = client.readsLeft - 1;
    return { label: `read ${client.id} key ${key}`, state: withClient(world, at, { read, readsLeft }) };
  });
}

export function readSteps(scene: Scene, read: ReadOp): Step<World>[] {
  const { state } = read;
  if (state.step === 'ask') return asks(scene, read, state);
  if (state.step === 'store') return stores(scene, read, state);
  const { world, protocol, at } = scene;
  const fill = state.step === 'load' ? state.fill : null;
  const next = protocol.afterLoad(fill, world.committed[read.key]!, readSightOf(scene, read));
  return [{ label: `load ${clientOf(scene).id}`, state: readOn({ world, at }, read, next) }];
}

function asks(scene: Scene, read: ReadOp, { fill }: Read<number> & { step: 'ask' }): Step<World>[] {
  const { world, protocol, at } = scene;
  const { id } = clientOf(scene);
  const incarnation = readSightOf(scene, read).incarnation!;
  const unanswered = (from: World): World => {
    const lost = disconnected({ ...scene, world: from }, read.shard);
    return readOn(
      { world: lost, at },
      read,
      protocol.afterAsk<number>(fill, null, readSightOf({ ...scene, world: lost }, read)),
    );
  };
  if (!processOf(world, incarnation)) return [{ label: `lost ${id} asks`, state: unanswered(world) }];
  const [entry, asked] = protocol.ask(entryAt(world, incarnation, read.key), fill.token);
  const executed = withEntry(world, incarnation, read.key, entry);
  const next = protocol.afterAsk(fill, asked, readSightOf(scene, read));
  const filledAt = asked.kind === 'fill' ? incarnation : null;
  return [
    { label: `asked ${id}`, state: readOn({ world: executed, at }, { ...read, filledAt }, next) },
    ...timeouts(world, `${id} asks`, [world, executed], unanswered),
  ];
}

function stores(scene: Scene, read: ReadOp, state: Read<number> & { step: 'store' }): Step<World>[] {
  const { world, protocol, at } = scene;
  const { id } = clientOf(scene);
  const incarnation = readSightOf(scene, read).incarnation!;
  const after = (from: World, isStored: boolean | null): World => {
    const sight = readSightOf({ ...scene, world: from }, read);
    return readOn({ world: from, at }, read, protocol.afterStore(state.fill, state.value, isStored, sight));
  };
  const unanswered = (from: World): World => after(disconnected({ ...scene, world: from }, read.shard), null);
  if (!processOf(world, incarnation)) return [{ label: `lost ${id} stores`, state: unanswered(world) }];
  const isOutdated = read.isOutdated && read.filledAt === incarnation;
  const command = {
    at: incarnation,
    key: read.key,
    token: state.fill.token,
    version: state.value,
    isOutdated,
  };
  const [executed, isStored] = stored(world, protocol, command);
  const late: World = { ...world, late: [...world.late, command] };
  return [
    { label: `stored ${id}`, state: after(executed, isStored) },
    ...timeouts(world, `${id} stores`, [executed, late], unanswered),
  ];
}

/** The read goes on, or ends and is checked. */
function readOn({ world, at }: { world: World; at: number }, read: ReadOp, state: Read<number>): World {
  if (state.step !== 'done') return withClient(world, at, { read: { ...read, state } });
  const ended = withClient(world, at, { read: null });
  // A current value may be given to every read that began before it was stored.
  const floor = state.isCurrent ? world.acknowledged[read.key]! : read.floor;
  if (state.value >= floor) return ended;
  const violation = `stale: version ${state.value} of key ${read.key} after ${floor} was acknowledged (${state.from})`;
  return { ...ended, violation };
}
