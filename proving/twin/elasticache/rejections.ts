/** Why ElastiCache refuses a request on a group, or null. */

import { candidates, groupStatus, nodeOf } from './group.ts';
import type { GroupState } from './types.ts';

export interface Rejection {
  /** The wire code of the error. */
  readonly fault: 'InvalidReplicationGroupState' | 'InvalidCacheClusterState' | 'InvalidParameterCombination';
  readonly message: string;
}

/** RebootCacheCluster: the node must be available, which one that hangs is. */
export function rejectReboot(state: GroupState, node: string): Rejection | null {
  const status = nodeOf(state, node)?.status;
  if (status === 'available') return null;
  return {
    fault: 'InvalidCacheClusterState',
    message: `Cache cluster ${node} is in state ${status ?? 'deleting'}; only one that is available can be rebooted.`,
  };
}

/** TestFailover: with automatic failover and a replica, and not before the last replacement is done. */
export function rejectTestFailover(state: GroupState): Rejection | null {
  if (!state.automaticFailover) {
    return {
      fault: 'InvalidParameterCombination',
      message: `Automatic failover is not enabled for replication group ${state.id}.`,
    };
  }
  return rejectChange(state);
}

/** ModifyReplicationGroup with PrimaryClusterId: only while automatic failover is off. */
export function rejectPrimary(state: GroupState, node: string): Rejection | null {
  if (state.automaticFailover) {
    return {
      fault: 'InvalidParameterCombination',
      message: `PrimaryClusterId cannot be changed while automatic failover is enabled for replication group ${state.id}.`,
    };
  }
  const busy = rejectChange(state);
  if (busy !== null) return busy;
  if (candidates(state).some(({ id }) => id === node)) return null;
  return {
    fault: 'InvalidCacheClusterState',
    message: `Cache cluster ${node} is no available replica of replication group ${state.id}.`,
  };
}

function rejectChange(state: GroupState): Rejection | null {
  if (groupStatus(state) === 'available' && candidates(state).length > 0) return null;
  const why = groupStatus(state) === 'available' ? 'has no available replica' : 'is not available';
  return {
    fault: 'InvalidReplicationGroupState',
    message: `Replication group ${state.id} ${why}.`,
  };
}
