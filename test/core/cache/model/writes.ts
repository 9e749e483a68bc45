/** How a client writes: it commits, and invalidates the key on each shard that may hold it. */

import type { Invalidation, RingRow } from '../../../../core/cache/protocol/index.ts';
import { deleted, processOf } from './commands.ts';
import { clientOf, disconnected, keysOf, type Scene, sightOf, timeouts } from './scene.ts';
import type { Step } from './search.ts';
import { type Client, type Leg, LIMITS, spent, withClient, type World, type WriteOp } from './world.ts';

export function commits(scene: Scene, client: Client): Step<World>[] {
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
export function placed(scene: Scene, key: number, version: number): World {
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

export function writeSteps(scene: Scene, write: WriteOp): Step<World>[] {
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
  if (state.step === 'wait') {
    return [...settlings(scene, shard, state), ...tellings(scene, write, { shard, state })];
  }
  const { world, protocol } = scene;
  if (world.faults.databaseFailures === 0) return [];
  const failed = protocol.afterRenewal(state, false, sightOf(scene, shard));
  const after = { ...scene, world: spent(world, 'databaseFailures') };
  return [{ label: `unrenewed ${clientOf(scene).id}`, state: wrote(after, shard, failed) }];
}

/** Tried again over another connection, as long as the router likes, or given up. */
function deliveries(
  scene: Scene,
  { key }: WriteOp,
  { shard, state }: Leg<Invalidation & { step: 'deliver' }>,
): Step<World>[] {
  const { world, protocol } = scene;
  const { id } = clientOf(scene);
  const after = (from: World, isAnswered: boolean): World => {
    const then = { ...scene, world: from };
    return wrote(then, shard, protocol.afterDelivery(state, isAnswered));
  };
  const sight = sightOf(scene, shard);
  const { incarnation } = sight;
  const givenUp = (from: World): Step<World> => ({ label: `undelivered ${id}`, state: after(from, false) });
  // One that was sent under a lease may arrive when it has ended: the router gives up only what it has to send again.
  const isStill = protocol.mayDeliver(state, { ...sight, now: Number.NEGATIVE_INFINITY });
  if (incarnation === null || !isStill) return [givenUp(world)];
  const isEnded = !protocol.mayDeliver(state, sight) && world.faults.timeouts > 0;
  const unanswered = (from: World): World => disconnected({ ...scene, world: from }, shard);
  if (!processOf(world, incarnation)) return [{ label: `lost ${id} deletes`, state: unanswered(world) }];
  const executed = deleted(world, incarnation, key);
  return [
    { label: `deleted ${id}`, state: after(executed, true) },
    ...(isEnded ? [givenUp(spent(world, 'timeouts'))] : []),
    ...timeouts(world, `${id} deletes`, [world, executed], unanswered),
  ];
}

/** While leases have to end: the process that is served from is told. */
function tellings(
  scene: Scene,
  { key }: WriteOp,
  { shard, state }: Leg<Invalidation & { step: 'wait' }>,
): Step<World>[] {
  const { world, protocol } = scene;
  const { id } = clientOf(scene);
  const incarnation = protocol.mayTell(state, sightOf(scene, shard));
  if (incarnation === null) return [];
  const unanswered = (from: World): World => disconnected({ ...scene, world: from }, shard);
  if (!processOf(world, incarnation)) return [{ label: `lost ${id} tells`, state: unanswered(world) }];
  const executed = deleted(world, incarnation, key);
  const told = wrote({ ...scene, world: executed }, shard, protocol.afterTelling(state, true));
  return [
    { label: `told ${id}`, state: told },
    ...timeouts(world, `${id} tells`, [world, executed], unanswered),
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
export function wrote({ world, at, protocol }: Scene, shard: number, state: Invalidation): World {
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
