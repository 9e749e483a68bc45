/** The operations that change something: reboots, failovers, and the primary of a group. */

import type * as elasticache from '@aws-sdk/client-elasticache';
import { nodeOf } from '../../../twin/elasticache/index.ts';
import { AwsError } from '../../kernel/index.ts';
import type { Registry } from '../registry.ts';
import { groupShape, nodeShape } from './shapes.ts';

const CACHE_NODE_ID = '0001';
const NODE_GROUP_ID = '0001';

export function rebootCacheCluster(
  registry: Registry,
  input: elasticache.RebootCacheClusterMessage,
): elasticache.RebootCacheClusterResult {
  const id = (input.CacheClusterId ?? '').toLowerCase();
  const group = registry.groupOfNode(id);
  const cacheNodes = input.CacheNodeIdsToReboot ?? [];
  if (cacheNodes.length === 0 || cacheNodes.some((one) => one !== CACHE_NODE_ID)) {
    throw new AwsError('InvalidParameterValue', `CacheNodeIdsToReboot must be ${CACHE_NODE_ID} for ${id}.`);
  }
  group.reboot(id);
  const node = nodeOf(group.state, id);
  return node === undefined ? {} : { CacheCluster: nodeShape(registry, group, node, false) };
}

export function testFailover(
  registry: Registry,
  input: elasticache.TestFailoverMessage,
): elasticache.TestFailoverResult {
  const group = registry.group(input.ReplicationGroupId ?? '');
  if (input.NodeGroupId !== NODE_GROUP_ID) {
    const message = `Node group ${input.NodeGroupId} not found.`;
    throw new AwsError('NodeGroupNotFoundFault', message, { status: 404 });
  }
  group.testFailover();
  return { ReplicationGroup: groupShape(registry, group) };
}

const CHANGEABLE: ReadonlySet<string> = new Set([
  'ApplyImmediately',
  'AutomaticFailoverEnabled',
  'MultiAZEnabled',
  'PrimaryClusterId',
  'ReplicationGroupDescription',
  'ReplicationGroupId',
]);

/** Automatic failover, Multi-AZ, the description and the primary; everything else is the template's. */
export function modifyReplicationGroup(
  registry: Registry,
  input: elasticache.ModifyReplicationGroupMessage,
): elasticache.ModifyReplicationGroupResult {
  const group = registry.group(input.ReplicationGroupId ?? '');
  const given = Object.entries(input).filter(([, value]) => value !== undefined);
  const foreign = given.map(([name]) => name).find((name) => !CHANGEABLE.has(name));
  if (foreign !== undefined) {
    throw new AwsError(
      'InvalidParameterValue',
      `The sandbox cannot change ${foreign} by this call: change the template.`,
    );
  }
  if (input.AutomaticFailoverEnabled && group.state.nodes.length < 2) {
    throw new AwsError(
      'InvalidReplicationGroupState',
      `Replication group ${group.settings.id} has no replica.`,
    );
  }
  if (input.PrimaryClusterId !== undefined) group.changePrimary(input.PrimaryClusterId.toLowerCase());
  if (input.AutomaticFailoverEnabled !== undefined) {
    group.setAutomaticFailover(input.AutomaticFailoverEnabled);
  }
  group.settings.multiAz = input.MultiAZEnabled ?? group.settings.multiAz;
  group.settings.description = input.ReplicationGroupDescription ?? group.settings.description;
  return { ReplicationGroup: groupShape(registry, group) };
}
