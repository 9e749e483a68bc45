/** Situations that are equal from here on, as equal states. */

import {
  isAwaited,
  newRing,
  NO_LEASE,
  type Readmission,
  type RingRow,
  type ShardRow,
  type ShardView,
  unknownView,
  WATCH,
} from '../../../../core/cache/protocol/index.ts';
import { type Client, isCommanding, newClient, type Operator, type World } from './world.ts';

/** What makes no difference any more is forgotten, so that situations that are equal from here on are equal states. */
export function normalized(world: World, { isExact }: { readonly isExact: boolean }): World {
  const { rows, holders, ring } = world.ledger;
  const clients = world.clients.map((client) => neededClient(client, world, isExact));
  const retired = clients.filter(isRetired).map(({ id }) => id);
  const needed = holders
    .filter(({ id }) => !retired.includes(id))
    .map((holder) => ({
      ...holder,
      ring: isWaitedFor(ring) && holder.ring >= ring.epoch ? ring.epoch : 0,
      adopted: holder.adopted.map((epoch, at) => neededEpoch(epoch, rows[at]!)),
    }));
  const keepers = world.keepers.map((keeper, shard): Readmission => {
    const isWaiting = rows[shard]!.state === 'closing';
    return keeper.step === 'watch' && !isWaiting ? WATCH : keeper;
  });
  const operators = world.operators.map((operator) => neededOperator(operator, ring));
  return { ...world, operators, keepers, clients, ledger: { ...world.ledger, holders: needed } };
}

function isWaitedFor(ring: RingRow): boolean {
  return ring.target === null || isAwaited(ring);
}

/** What an operator remembers matters while it acts under it, and since when, while it waits. */
function neededOperator(operator: Operator, ring: RingRow): Operator {
  const { memory, doing } = operator;
  if (!memory) return operator;
  if (!doing && memory.epoch !== ring.epoch) return { ...operator, memory: null };
  const isWaiting = !doing && isWaitedFor(ring);
  return isWaiting ? operator : { ...operator, memory: { ...memory, since: 0 } };
}

function isRetired({ read, write, readsLeft, writesLeft }: Client): boolean {
  return !read && !write && readsLeft + writesLeft === 0;
}

/** The same object where nothing is forgotten. */
function neededClient(client: Client, world: World, isExact: boolean): Client {
  if (isRetired(client)) return newClient(client.id, client.views.length, 0, 0);
  const isAlive = (incarnation: string | null, shard: number): boolean =>
    world.processes[shard]!.some((process) => process.incarnation === incarnation);
  const views = client.views.map((view, shard) =>
    isExact ? view : neededView(client, view, world.ledger.rows[shard]!),
  );
  const connections = isCommanding(client)
    ? client.connections
    : client.connections.map((connection, shard) => (isAlive(connection, shard) ? connection : null));
  const isRingNeeded = isExact || client.write !== null || client.ring.leaseUntil !== NO_LEASE;
  const ring = isRingNeeded ? client.ring : { ...client.ring, row: newRing(1) };
  const isSame =
    (isRingNeeded || client.ring.row.epoch === 1) &&
    views.every((view, shard) => view === client.views[shard]) &&
    connections.every((connection, shard) => connection === client.connections[shard]);
  return isSame ? client : { ...client, views, ring, connections };
}

/**
 * A client that neither serves hits nor deletes by what it knows is as good as one that knows nothing: unless an answer of
 * before is on its way, which counts only where nothing newer is known.
 */
function neededView(client: Client, view: ShardView, row: ShardRow): ShardView {
  if (client.write || client.renewal) return view;
  const isForReads = view.row.state === 'serving';
  const isForWrites = client.writesLeft > 0 && view.row.state === 'opening';
  const isLeased = view.leaseUntil !== NO_LEASE;
  if (isLeased && (isForReads || isForWrites)) return view;
  return unknownView(row.shard);
}

/** What a holder has adopted matters while somebody waits for it. */
function neededEpoch(epoch: number, row: ShardRow): number {
  return row.state === 'closing' && epoch >= row.epoch ? row.epoch : 0;
}
