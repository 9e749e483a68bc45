/** What the clients of the world may do next. */

import {
  type Invalidation,
  newHolder,
  type Read,
  type ReadSight,
  type RingRow,
  type Sight,
} from '../../../../core/cache/protocol/index.ts';
import { deleted, entryAt, processOf, stored, withEntry } from './commands.ts';
import type { Protocol } from './protocol.ts';
import type { Step } from './search.ts';
import {
  type Client,
  isCommanding,
  type Leg,
  LIMITS,
  newClient,
  type ReadOp,
  type Size,
  spent,
  withClient,
  type World,
  type WriteOp,
} from './world.ts';

/** One client in one world. */
export interface Scene {
  readonly world: World;
  readonly protocol: Protocol;
  readonly size: Size;
  readonly at: number;
}

export function clientSteps(scene: Scene): Step<World>[] {
  const client = clientOf(scene);
  const isRetired = !client.read && !client.write && client.readsLeft + client.writesLeft === 0;
  if (isRetired) return [];
  return [
    ...renewals(scene, client),
    ...connects(scene, client),
    ...(client.read ? readSteps(scene, client.read) : readBeginnings(scene, client)),
    ...(client.write ? writeSteps(scene, client.write) : commits(scene, client)),
    ...crashes(scene, client),
  ];
}

function clientOf({ world, at }: Scene): Client {
  return world.clients[at]!;
}

function sightOf({ world, at }: Scene, shard: number): Sight {
  const client = world.clients[at]!;
  return { view: client.views[shard]!, incarnation: client.connections[shard]!, now: 0 };
}

function readSightOf(scene: Scene, { shard, ring }: Pick<ReadOp, 'shard' | 'ring'>): ReadSight {
  const view = clientOf(scene).ring;
  const isPlaced = scene.protocol.isStillPlaced(view, ring, 0);
  return { ...sightOf(scene, shard), isPlaced };
}

function renewals(scene: Scene, client: Client): Step<World>[] {
  const { world, protocol, at } = scene;
  const adopted = client.views.map(({ row }) => row.epoch);
  const [ledger, answer] = protocol.renew(world.ledger, {
    ...newHolder(client.id, 0),
    sequence: 1,
    adopted,
    ring: client.ring.row.epoch,
  });
  if (answer.kind === 'unknown-holder') return [];
  // Sequence numbers would tell equal situations apart: each renewal counts as the first.
  const holders = ledger.holders.map((holder) => ({ ...holder, sequence: 0 }));
  const sent = { ...world, ledger: { ...ledger, holders } };
  const renewal = { sentAt: 0, rows: answer.rows, ring: answer.ring };
  const steps = [{ label: `renew ${client.id}`, state: renewed({ ...scene, world: sent }, renewal) }];
  if (world.faults.slowRenewals > 0) {
    const state = withClient(spent(sent, 'slowRenewals'), at, { renewal });
    steps.push({ label: `renew ${client.id} slowly`, state });
  }
  if (client.renewal) {
    const arrived = withClient(world, at, { renewal: null });
    const state = renewed({ ...scene, world: arrived }, client.renewal);
    steps.push({ label: `renewed ${client.id}`, state });
  }
  return steps;
}

function renewed(scene: Scene, { sentAt, rows, ring }: NonNullable<Client['renewal']>): World {
  const { protocol, at } = scene;
  const client = clientOf(scene);
  const views = client.views.map((view, shard) => protocol.renewedView(view, rows[shard]!, sentAt, LIMITS));
  const leased = protocol.renewedView(client.ring, ring, sentAt, LIMITS);
  let after = { ...scene, world: withClient(scene.world, at, { views, ring: leased }) };
  const { write } = client;
  if (write && !write.legs) return placed(after, write.key, write.version);
  for (const { shard, state } of write?.legs ?? []) {
    if (state.step !== 'renew') continue;
    const world = wrote(after, shard, protocol.afterRenewal(state, true, sightOf(after, shard)));
    after = { ...after, world };
  }
  return after.world;
}

function keysOf({ slotOfKey, clients }: Size, at: number): readonly number[] {
  return clients[at]!.keys ?? slotOfKey.keys().toArray();
}

/** The name leads to the last process. Nothing is sent on a connection while another is made. */
function connects({ world, at, size }: Scene, client: Client): Step<World>[] {
  if (isCommanding(client)) return [];
  const { knows = client.connections.length } = size.clients[at]!;
  return client.connections.flatMap((connection, shard) => {
    const { incarnation } = world.processes[shard]!.at(-1)!;
    if (connection === incarnation || shard >= knows) return [];
    const connections = client.connections.with(shard, incarnation);
    return [
      { label: `connect ${client.id} to ${incarnation}`, state: withClient(world, at, { connections }) },
    ];
  });
}

function crashes({ world, protocol, at }: Scene, client: Client): Step<World>[] {
  if (world.faults.clientCrashes === 0) return [];
  const id = `${client.id}'`;
  const [ledger] = protocol.register(world.ledger, id);
  const fresh = newClient(id, client.views.length, client.readsLeft, client.writesLeft);
  const state = withClient(spent({ ...world, ledger }, 'clientCrashes'), at, fresh);
  return [{ label: `crash ${client.id}`, state }];
}

function readBeginnings(scene: Scene, client: Client): Step<World>[] {
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

function readSteps(scene: Scene, read: ReadOp): Step<World>[] {
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

function commits(scene: Scene, client: Client): Step<World>[] {
  const { world, at, size } = scene;
  if (client.writesLeft === 0) return [];
  return keysOf(size, at).map((key) => {
    const version = world.committed[key]! + 1;
    const committed = withClient({ ...world, committed: world.committed.with(key, version) }, at, {
      writesLeft: client.writesLeft - 1,
    });
    const after = { ...scene, world: committed };
    const label = `write ${client.id} key ${key}`;
    return { label, state: size.records ? recorded(after, key, version) : placed(after, key, version) };
  });
}

/** Under a ring that is leased now, after the commit; else when it is. */
function placed(scene: Scene, key: number, version: number): World {
  const { protocol, world, at } = scene;
  const { ring } = clientOf(scene);
  if (!protocol.isLeased(ring, 0)) return withClient(world, at, { write: { key, version, legs: null } });
  const legs = shardsUnder(scene, ring.row, key).map((shard) => ({
    shard,
    state: protocol.beginInvalidation(sightOf(scene, shard)),
  }));
  return begun(scene, { key, version, legs });
}

/** In the transaction of the write, under the ring as it is. */
function recorded(scene: Scene, key: number, version: number): World {
  const { protocol, at, world } = scene;
  const shards = shardsUnder(scene, protocol.ringAtCommit(world.ledger, clientOf(scene).ring), key);
  let { ledger, journaled } = world;
  let { views } = clientOf(scene);
  const rows = shards.map((shard) => {
    journaled = { ...journaled, [ledger.nextId]: version };
    const [after, row] = protocol.record(ledger, shard, [`${key}`]);
    ledger = after;
    views = views.with(shard, protocol.toldView(views[shard]!, row));
    return row;
  });
  const ring = protocol.toldView(clientOf(scene).ring, ledger.ring);
  const told = { ...scene, world: withClient({ ...world, ledger, journaled }, at, { views, ring }) };
  const legs = rows.map((row) => ({
    shard: row.shard,
    state: protocol.beginRecorded(row, sightOf(told, row.shard), LIMITS),
  }));
  return begun(told, { key, version, legs });
}

function shardsUnder({ protocol, size }: Scene, ring: RingRow, key: number): readonly number[] {
  const slot = size.slotOfKey[key]!;
  const also = protocol.deletesAlsoFrom(ring, slot);
  const reads = protocol.readsFrom(ring, slot);
  return also === null ? [reads] : [reads, also];
}

function writeSteps(scene: Scene, write: WriteOp): Step<World>[] {
  return write.legs ? write.legs.flatMap((leg) => legSteps(scene, write, leg)) : unplaced(scene);
}

/** The database does not say which shards the key is on. */
function unplaced({ world, at }: Scene): Step<World>[] {
  if (world.faults.databaseFailures === 0) return [];
  const state = withClient(spent(world, 'databaseFailures'), at, { write: null });
  return [{ label: `unplaced ${world.clients[at]!.id}`, state }];
}

function legSteps(scene: Scene, write: WriteOp, { shard, state }: Leg): Step<World>[] {
  if (state.step === 'deliver') return deliveries(scene, write, { shard, state });
  if (state.step === 'report') return reports(scene, write, { shard, state });
  if (state.step === 'wait') return settlings(scene, shard, state);
  const { world, protocol } = scene;
  if (world.faults.databaseFailures === 0) return [];
  const failed = protocol.afterRenewal(state, false, sightOf(scene, shard));
  const after = { ...scene, world: spent(world, 'databaseFailures') };
  return [{ label: `unrenewed ${clientOf(scene).id}`, state: wrote(after, shard, failed) }];
}

function deliveries(
  scene: Scene,
  { key }: WriteOp,
  { shard, state }: Leg<Invalidation & { step: 'deliver' }>,
): Step<World>[] {
  const { world, protocol } = scene;
  const { id } = clientOf(scene);
  const incarnation = sightOf(scene, shard).incarnation!;
  const after = (from: World, isAnswered: boolean): World => {
    const then = { ...scene, world: from };
    return wrote(then, shard, protocol.afterDelivery(state, isAnswered));
  };
  const unanswered = (from: World): World => after(disconnected({ ...scene, world: from }, shard), false);
  if (!processOf(world, incarnation)) return [{ label: `lost ${id} deletes`, state: unanswered(world) }];
  const executed = deleted(world, incarnation, key);
  return [
    { label: `deleted ${id}`, state: after(executed, true) },
    ...timeouts(world, `${id} deletes`, [world, executed], unanswered),
  ];
}

function reports(
  scene: Scene,
  { key, version }: WriteOp,
  { shard, state }: Leg<Invalidation & { step: 'report' }>,
): Step<World>[] {
  const { world, protocol, at } = scene;
  const { id } = clientOf(scene);
  const report = protocol.reportOf(state, shard, [`${key}`]);
  const [ledger, reported] = protocol.report(world.ledger, report);
  const journaled =
    ledger.nextId > world.ledger.nextId
      ? { ...world.journaled, [world.ledger.nextId]: version }
      : world.journaled;
  const executed: World = { ...world, ledger, journaled };
  const after = (from: World, answer: typeof reported | null): World => {
    const { views } = from.clients[at]!;
    const told = answer ? views.with(shard, protocol.toldView(views[shard]!, answer.row)) : views;
    const then = { ...scene, world: withClient(from, at, { views: told }) };
    return wrote(then, shard, protocol.afterReport(state, answer, sightOf(then, shard), LIMITS));
  };
  const steps = [{ label: `reported ${id}`, state: after(executed, reported) }];
  if (world.faults.databaseFailures === 0) return steps;
  for (const from of [world, executed]) {
    steps.push({ label: `unreported ${id}`, state: after(spent(from, 'databaseFailures'), null) });
  }
  return steps;
}

function settlings(scene: Scene, shard: number, state: Invalidation & { step: 'wait' }): Step<World>[] {
  const { world, protocol } = scene;
  const label = `settle ${clientOf(scene).id}`;
  const next = protocol.afterWaiting(state, sightOf(scene, shard).view, 0);
  if (next.step !== 'settle') return [{ label, state: wrote(scene, shard, next) }];
  const { epoch, waitedOut } = next;
  const [ledger, row] = protocol.settle(world.ledger, { shard, epoch, waitedOut });
  const after = { ...scene, world: { ...world, ledger } };
  const steps = [{ label, state: wrote(after, shard, protocol.afterSettling(next, row)) }];
  if (world.faults.databaseFailures > 0) {
    const failed = { ...scene, world: spent(world, 'databaseFailures') };
    steps.push({ label: `unsettled`, state: wrote(failed, shard, protocol.afterSettling(next, null)) });
  }
  return steps;
}

/** The invalidations of a write begin, each on its shard. */
function begun(scene: Scene, write: WriteOp): World {
  let world = withClient(scene.world, scene.at, { write });
  for (const { shard, state } of write.legs ?? []) world = wrote({ ...scene, world }, shard, state);
  return world;
}

/** One of them goes on. All acknowledged is the write acknowledged; one that fails is the write failed, loudly. */
function wrote({ world, at, protocol }: Scene, shard: number, state: Invalidation): World {
  const { write } = world.clients[at]!;
  if (!write?.legs) return world;
  if (state.step === 'failed') return withClient(world, at, { write: null });
  if (state.step !== 'done') {
    const legs = write.legs.map((leg) => (leg.shard === shard ? { shard, state } : leg));
    return withClient(world, at, { write: { ...write, legs } });
  }
  const { key, version } = write;
  const own = world.ledger.journal.filter(
    (entry) => entry.shard === shard && entry.key === `${key}` && world.journaled[entry.id] === version,
  );
  let { ledger } = world;
  if (state.how === 'delivered' && own.length > 0) {
    const ids = own.map(({ id }) => id);
    [ledger] = protocol.remove(ledger, shard, state.epoch, ids);
  }
  const legs = write.legs.filter((leg) => leg.shard !== shard);
  if (legs.length > 0) return withClient({ ...world, ledger }, at, { write: { ...write, legs } });
  const newest = Math.max(world.acknowledged[key]!, version);
  const acknowledged = world.acknowledged.with(key, newest);
  return withClient({ ...world, ledger, acknowledged }, at, { write: null });
}

/** No answer in time, whatever became of the command: the connection is given up. */
function timeouts(
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

function disconnected({ world, at }: Scene, shard: number): World {
  const { connections } = world.clients[at]!;
  return withClient(world, at, { connections: connections.with(shard, null) });
}
