/** What the clients of the world may do next. */

import { newHolder } from '../../../../core/cache/protocol/index.ts';
import { readBeginnings, readSteps } from './reads.ts';
import { clientOf, type Scene, sightOf } from './scene.ts';
import type { Step } from './search.ts';
import { type Client, isCommanding, LIMITS, newClient, spent, withClient, type World } from './world.ts';
import { commits, placed, writeSteps, wrote } from './writes.ts';

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
