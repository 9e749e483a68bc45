/** What the clients of the world may do next. */

import {
  type Invalidation,
  newHolder,
  type Read,
  type ReadSight,
} from '../../../../core/cache/protocol/index.ts';
import { deleted, entryAt, processOf, stored, withEntry } from './commands.ts';
import type { Protocol } from './protocol.ts';
import type { Step } from './search.ts';
import {
  type Client,
  isCommanding,
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

function sightOf({ world, at, size }: Scene, key: number): ReadSight {
  const client = world.clients[at]!;
  const shard = size.shardOfKey[key]!;
  return { view: client.views[shard]!, incarnation: client.connections[shard]!, now: 0, isPlaced: true };
}

function renewals(scene: Scene, client: Client): Step<World>[] {
  const { world, protocol, at } = scene;
  const adopted = client.views.map(({ row }) => row.epoch);
  const [ledger, answer] = protocol.renew(world.ledger, {
    ...newHolder(client.id, 0),
    sequence: 1,
    adopted,
  });
  if (answer.kind === 'unknown-holder') return [];
  // Sequence numbers would tell equal situations apart: each renewal counts as the first.
  const holders = ledger.holders.map((holder) => ({ ...holder, sequence: 0 }));
  const sent = { ...world, ledger: { ...ledger, holders } };
  const renewal = { sentAt: 0, rows: answer.rows };
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

function renewed(scene: Scene, { sentAt, rows }: NonNullable<Client['renewal']>): World {
  const { protocol, at } = scene;
  const { views, write } = clientOf(scene);
  const adopted = views.map((view, shard) => protocol.renewedView(view, rows[shard]!, sentAt, LIMITS));
  const after = { ...scene, world: withClient(scene.world, at, { views: adopted }) };
  if (write?.state.step !== 'renew') return after.world;
  return wrote(after, write, protocol.afterRenewal(write.state, true, sightOf(after, write.key)));
}

function keysOf({ shardOfKey, clients }: Size, at: number): readonly number[] {
  return clients[at]!.keys ?? shardOfKey.keys().toArray();
}

/** The name leads to the last process. Nothing is sent on a connection while another is made. */
function connects({ world, at }: Scene, client: Client): Step<World>[] {
  if (isCommanding(client)) return [];
  return client.connections.flatMap((connection, shard) => {
    const { incarnation } = world.processes[shard]!.at(-1)!;
    if (connection === incarnation) return [];
    const connections = client.connections.with(shard, incarnation);
    return [
      { label: `connect ${client.id} to ${incarnation}`, state: withClient(world, at, { connections }) },
    ];
  });
}

function crashes({ world, protocol, at, size }: Scene, client: Client): Step<World>[] {
  if (world.faults.clientCrashes === 0) return [];
  const id = `${client.id}'`;
  const [ledger] = protocol.register(world.ledger, id);
  const shards = Math.max(...size.shardOfKey) + 1;
  const fresh = newClient(id, shards, client.readsLeft, client.writesLeft);
  const state = withClient(spent({ ...world, ledger }, 'clientCrashes'), at, fresh);
  return [{ label: `crash ${client.id}`, state }];
}

function readBeginnings(scene: Scene, client: Client): Step<World>[] {
  const { world, protocol, at, size } = scene;
  const isEarly = size.clients[at]!.isReadingLast && (client.write !== null || client.writesLeft > 0);
  if (client.readsLeft === 0 || isEarly) return [];
  return keysOf(size, at).map((key) => {
    const token = `${client.id}r${client.readsLeft}`;
    const state = protocol.beginRead<number>(sightOf(scene, key), token);
    const read = { key, state, floor: world.acknowledged[key]!, filledAt: null, isOutdated: false };
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
  const next = protocol.afterLoad(fill, world.committed[read.key]!, sightOf(scene, read.key));
  return [{ label: `load ${clientOf(scene).id}`, state: readOn({ world, at }, read, next) }];
}

function asks(scene: Scene, read: ReadOp, { fill }: Read<number> & { step: 'ask' }): Step<World>[] {
  const { world, protocol, at } = scene;
  const { id } = clientOf(scene);
  const incarnation = sightOf(scene, read.key).incarnation!;
  const unanswered = (from: World): World => {
    const lost = disconnected({ ...scene, world: from }, read.key);
    return readOn(
      { world: lost, at },
      read,
      protocol.afterAsk<number>(fill, null, sightOf({ ...scene, world: lost }, read.key)),
    );
  };
  if (!processOf(world, incarnation)) return [{ label: `lost ${id} asks`, state: unanswered(world) }];
  const [entry, asked] = protocol.ask(entryAt(world, incarnation, read.key), fill.token);
  const executed = withEntry(world, incarnation, read.key, entry);
  const next = protocol.afterAsk(fill, asked, sightOf(scene, read.key));
  const filledAt = asked.kind === 'fill' ? incarnation : null;
  return [
    { label: `asked ${id}`, state: readOn({ world: executed, at }, { ...read, filledAt }, next) },
    ...timeouts(world, `${id} asks`, [world, executed], unanswered),
  ];
}

function stores(scene: Scene, read: ReadOp, state: Read<number> & { step: 'store' }): Step<World>[] {
  const { world, protocol, at } = scene;
  const { id } = clientOf(scene);
  const incarnation = sightOf(scene, read.key).incarnation!;
  const after = (from: World, isStored: boolean | null): World => {
    const sight = sightOf({ ...scene, world: from }, read.key);
    return readOn({ world: from, at }, read, protocol.afterStore(state.fill, state.value, isStored, sight));
  };
  const unanswered = (from: World): World => after(disconnected({ ...scene, world: from }, read.key), null);
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
  const { world, protocol, at, size } = scene;
  if (client.writesLeft === 0) return [];
  return keysOf(size, at).map((key) => {
    const shard = size.shardOfKey[key]!;
    const version = world.committed[key]! + 1;
    const committed = { ...world, committed: world.committed.with(key, version) };
    const write = { key, version };
    const label = `write ${client.id} key ${key}`;
    const writesLeft = client.writesLeft - 1;
    if (!size.records) {
      const state = protocol.beginInvalidation(sightOf(scene, key));
      const begun = withClient(committed, at, { writesLeft });
      return { label, state: wrote({ ...scene, world: begun }, write, state) };
    }
    const [ledger, row] = protocol.record(world.ledger, shard, [`${key}`]);
    const journaled = { ...world.journaled, [world.ledger.nextId]: version };
    const views = client.views.with(shard, protocol.toldView(client.views[shard]!, row));
    const begun = withClient({ ...committed, ledger, journaled }, at, { writesLeft, views });
    const after = { ...scene, world: begun };
    return { label, state: wrote(after, write, protocol.beginRecorded(row, sightOf(after, key), LIMITS)) };
  });
}

function writeSteps(scene: Scene, write: WriteOp): Step<World>[] {
  const { state } = write;
  if (state.step === 'deliver') return deliveries(scene, write, state);
  if (state.step === 'report') return reports(scene, write, state);
  if (state.step === 'wait') return settlings(scene, write, state);
  const { world, protocol } = scene;
  if (world.faults.databaseFailures === 0) return [];
  const failed = protocol.afterRenewal(state, false, sightOf(scene, write.key));
  const after = { ...scene, world: spent(world, 'databaseFailures') };
  return [{ label: `unrenewed ${clientOf(scene).id}`, state: wrote(after, write, failed) }];
}

function deliveries(scene: Scene, write: WriteOp, state: Invalidation & { step: 'deliver' }): Step<World>[] {
  const { world, protocol } = scene;
  const { key } = write;
  const { id } = clientOf(scene);
  const incarnation = sightOf(scene, key).incarnation!;
  const after = (from: World, isAnswered: boolean): World => {
    const then = { ...scene, world: from };
    return wrote(then, write, protocol.afterDelivery(state, isAnswered));
  };
  const unanswered = (from: World): World => after(disconnected({ ...scene, world: from }, key), false);
  if (!processOf(world, incarnation)) return [{ label: `lost ${id} deletes`, state: unanswered(world) }];
  const executed = deleted(world, incarnation, key);
  return [
    { label: `deleted ${id}`, state: after(executed, true) },
    ...timeouts(world, `${id} deletes`, [world, executed], unanswered),
  ];
}

function reports(scene: Scene, write: WriteOp, state: Invalidation & { step: 'report' }): Step<World>[] {
  const { world, protocol, at, size } = scene;
  const { id } = clientOf(scene);
  const shard = size.shardOfKey[write.key]!;
  const report = protocol.reportOf(state, shard, [`${write.key}`]);
  const [ledger, reported] = protocol.report(world.ledger, report);
  const journaled =
    ledger.nextId > world.ledger.nextId
      ? { ...world.journaled, [world.ledger.nextId]: write.version }
      : world.journaled;
  const executed: World = { ...world, ledger, journaled };
  const after = (from: World, answer: typeof reported | null): World => {
    const { views } = from.clients[at]!;
    const told = answer ? views.with(shard, protocol.toldView(views[shard]!, answer.row)) : views;
    const then = { ...scene, world: withClient(from, at, { views: told }) };
    return wrote(then, write, protocol.afterReport(state, answer, sightOf(then, write.key), LIMITS));
  };
  const steps = [{ label: `reported ${id}`, state: after(executed, reported) }];
  if (world.faults.databaseFailures === 0) return steps;
  for (const from of [world, executed]) {
    steps.push({ label: `unreported ${id}`, state: after(spent(from, 'databaseFailures'), null) });
  }
  return steps;
}

function settlings(scene: Scene, write: WriteOp, state: Invalidation & { step: 'wait' }): Step<World>[] {
  const { world, protocol, size } = scene;
  const shard = size.shardOfKey[write.key]!;
  const label = `settle ${clientOf(scene).id}`;
  const next = protocol.afterWaiting(state, sightOf(scene, write.key).view, 0);
  if (next.step !== 'settle') return [{ label, state: wrote(scene, write, next) }];
  const { epoch, waitedOut } = next;
  const [ledger, row] = protocol.settle(world.ledger, { shard, epoch, waitedOut });
  const after = { ...scene, world: { ...world, ledger } };
  const steps = [{ label, state: wrote(after, write, protocol.afterSettling(next, row)) }];
  if (world.faults.databaseFailures > 0) {
    const failed = { ...scene, world: spent(world, 'databaseFailures') };
    steps.push({ label: `unsettled`, state: wrote(failed, write, protocol.afterSettling(next, null)) });
  }
  return steps;
}

/** The write goes on, is acknowledged, or fails loudly. What was delivered leaves the journal. */
function wrote(
  { world, at, protocol, size }: Scene,
  write: Omit<WriteOp, 'state'>,
  state: Invalidation,
): World {
  if (state.step !== 'done' && state.step !== 'failed') {
    return withClient(world, at, { write: { ...write, state } });
  }
  const ended = withClient(world, at, { write: null });
  if (state.step === 'failed') return ended;
  const acknowledged = world.acknowledged.with(
    write.key,
    Math.max(world.acknowledged[write.key]!, write.version),
  );
  const own = world.ledger.journal.filter(
    ({ id, key }) => key === `${write.key}` && world.journaled[id] === write.version,
  );
  if (state.how !== 'delivered' || own.length === 0) return { ...ended, acknowledged };
  const ids = own.map(({ id }) => id);
  const [ledger] = protocol.remove(world.ledger, size.shardOfKey[write.key]!, state.epoch, ids);
  return { ...ended, acknowledged, ledger };
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

function disconnected({ world, at, size }: Scene, key: number): World {
  const { connections } = world.clients[at]!;
  return withClient(world, at, { connections: connections.with(size.shardOfKey[key]!, null) });
}
