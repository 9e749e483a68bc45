/** The RDS events the kit meets, with AWS's ids, categories and texts (Aurora guide, "Event categories and messages"). */

import type { ClusterState, Effect, RdsEvent } from './types.ts';

export const EVENT = {
  instanceRestarted: 'RDS-EVENT-0006',
  instanceCreated: 'RDS-EVENT-0005',
  instanceDeleted: 'RDS-EVENT-0003',
  failoverFailed: 'RDS-EVENT-0069',
  previousPrimaryAgain: 'RDS-EVENT-0070',
  failoverCompleted: 'RDS-EVENT-0071',
  sameZoneFailover: 'RDS-EVENT-0072',
  crossZoneFailover: 'RDS-EVENT-0073',
} as const;

function clusterEvent(state: ClusterState, id: string, message: string): Effect {
  const event: RdsEvent = {
    id,
    sourceType: 'CLUSTER',
    source: state.id,
    categories: ['failover'],
    message,
  };
  return { kind: 'event', event };
}

export function failoverStarted(state: ClusterState, from: string | null, target: string): Effect {
  const zone = (id: string | null) => state.members.find((member) => member.id === id)?.az;
  const same = zone(from) === zone(target);
  return clusterEvent(
    state,
    same ? EVENT.sameZoneFailover : EVENT.crossZoneFailover,
    `Started ${same ? 'same' : 'cross'} AZ failover to DB instance: ${target}`,
  );
}

export function failoverCompleted(state: ClusterState, target: string): Effect {
  return clusterEvent(state, EVENT.failoverCompleted, `Completed failover to DB instance: ${target}`);
}

export function failoverFailed(state: ClusterState): Effect {
  return clusterEvent(
    state,
    EVENT.failoverFailed,
    'Cluster failover failed, check the health of your cluster instances and try again.',
  );
}

export function previousPrimaryAgain(state: ClusterState, writer: string): Effect {
  return clusterEvent(state, EVENT.previousPrimaryAgain, `Promoting previous primary again: ${writer}`);
}

export function instanceEvent(member: string, what: 'created' | 'restarted' | 'deleted'): Effect {
  const known = {
    created: [EVENT.instanceCreated, 'creation', 'DB instance created'],
    restarted: [EVENT.instanceRestarted, 'availability', 'DB instance restarted'],
    deleted: [EVENT.instanceDeleted, 'deletion', 'DB instance deleted'],
  } as const;
  const [id, category, message] = known[what];
  const event: RdsEvent = {
    id,
    sourceType: 'DB_INSTANCE',
    source: member,
    categories: [category],
    message,
  };
  return { kind: 'event', event };
}
