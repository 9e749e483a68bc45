/** One tick later: all times are relative to now, and become smaller. */

import { type Invalidation, NO_LEASE, type Readmission } from '../../../../core/cache/protocol/index.ts';
import { type Client, LEASE_TICKS, type Operator, type World } from './world.ts';

/** One tick later for everybody. */
export function ticked(world: World): World {
  const later = (at: number, least: number): number => Math.max(least, at - 1);
  const earlier = <View extends { readonly leaseUntil: number }>(view: View): View => ({
    ...view,
    leaseUntil: view.leaseUntil <= 1 ? NO_LEASE : view.leaseUntil - 1,
  });
  const clients = world.clients.map((client): Client => ({
    ...client,
    views: client.views.map(earlier),
    ring: earlier(client.ring),
    renewal: client.renewal && {
      ...client.renewal,
      sentAt: later(client.renewal.sentAt, -LEASE_TICKS),
    },
    write: client.write && {
      ...client.write,
      legs: client.write.legs?.map((leg) => ({ ...leg, state: waited(leg.state) })) ?? null,
    },
  }));
  const operators = world.operators.map((operator): Operator => {
    const { memory } = operator;
    return memory
      ? { ...operator, memory: { ...memory, since: later(memory.since, -LEASE_TICKS) } }
      : operator;
  });
  const keepers = world.keepers.map((keeper): Readmission =>
    'seen' in keeper && keeper.seen
      ? { ...keeper, seen: { ...keeper.seen, since: later(keeper.seen.since, -LEASE_TICKS) } }
      : keeper,
  );
  return { ...world, clients, keepers, operators };
}

function waited(state: Invalidation): Invalidation {
  return 'until' in state ? { ...state, until: Math.max(0, state.until - 1) } : state;
}
