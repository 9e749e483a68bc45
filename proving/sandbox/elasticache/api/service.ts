/** The ElastiCache operations the kit and its operators use. Everything fits one page: a sandbox has few groups. */

import * as elasticache from '@aws-sdk/client-elasticache';
import { type AwsService, AwsError, operation, type World } from '../../kernel/index.ts';
import type { EventLog } from '../event-log.ts';
import type { ArnKind, Registry } from '../registry.ts';
import { modifyReplicationGroup, rebootCacheCluster, testFailover } from './changes.ts';
import { describeEvents } from './events.ts';
import { groupShape, nodeShape, userGroupShape, userShape } from './shapes.ts';

export interface ElastiCacheServiceOptions {
  readonly world: World;
  readonly registry: Registry;
  readonly events: EventLog;
}

export function createElastiCacheService(options: ElastiCacheServiceOptions): AwsService {
  return {
    signingName: 'elasticache',
    sdk: elasticache,
    client: new elasticache.ElastiCacheClient({ region: options.world.region }),
    operations: {
      ...describeOperations(options),
      ...userOperations(options),
      ...changeOperations(options),
    },
  };
}

/** A list without an identifier needs the right to all: `replicationgroup:*`. */
function right(registry: Registry, action: string, kind: ArnKind, id = '*') {
  return { action: `elasticache:${action}`, resource: registry.arn(kind, id.toLowerCase()) };
}

function describeOperations({ world, registry, events }: ElastiCacheServiceOptions) {
  return {
    DescribeReplicationGroups: operation({
      authorize: (input: elasticache.DescribeReplicationGroupsMessage) => [
        right(registry, 'DescribeReplicationGroups', 'replicationgroup', input.ReplicationGroupId),
      ],
      handle: ({ ReplicationGroupId: id }: elasticache.DescribeReplicationGroupsMessage) => {
        const found = id ? [registry.group(id)] : [...registry.groups.values()];
        return { ReplicationGroups: found.map((group) => groupShape(registry, group)) };
      },
    }),
    DescribeCacheClusters: operation({
      authorize: (input: elasticache.DescribeCacheClustersMessage) => [
        right(registry, 'DescribeCacheClusters', 'cluster', input.CacheClusterId),
      ],
      handle: (input: elasticache.DescribeCacheClustersMessage) => {
        const id = input.CacheClusterId?.toLowerCase();
        const groups = id ? [registry.groupOfNode(id)] : [...registry.groups.values()];
        // Every node here is in a replication group.
        const shown = input.ShowCacheClustersNotInReplicationGroups ? [] : groups;
        const clusters = shown.flatMap((group) =>
          group.state.nodes
            .filter((node) => id === undefined || node.id === id)
            .map((node) => nodeShape(registry, group, node, input.ShowCacheNodeInfo ?? false)),
        );
        return { CacheClusters: clusters };
      },
    }),
    DescribeEvents: operation({
      authorize: () => [{ action: 'elasticache:DescribeEvents', resource: '*' }],
      handle: (input: elasticache.DescribeEventsMessage) => describeEvents(events, input, world.now()),
    }),
    ListTagsForResource: operation({
      authorize: (input: elasticache.ListTagsForResourceMessage) => [
        { action: 'elasticache:ListTagsForResource', resource: input.ResourceName ?? '*' },
      ],
      handle: (input: elasticache.ListTagsForResourceMessage) => ({
        TagList: [...registry.tags(input.ResourceName ?? '')],
      }),
    }),
  };
}

function userOperations({ registry }: ElastiCacheServiceOptions) {
  return {
    DescribeUsers: operation({
      authorize: (input: elasticache.DescribeUsersMessage) => [
        right(registry, 'DescribeUsers', 'user', input.UserId),
      ],
      handle: ({ UserId: id }: elasticache.DescribeUsersMessage) => {
        const users = id
          ? one(registry.users.get(id.toLowerCase()), 'User', id)
          : [...registry.users.values()];
        return { Users: users.map((user) => userShape(registry, user)) };
      },
    }),
    DescribeUserGroups: operation({
      authorize: (input: elasticache.DescribeUserGroupsMessage) => [
        right(registry, 'DescribeUserGroups', 'usergroup', input.UserGroupId),
      ],
      handle: ({ UserGroupId: id }: elasticache.DescribeUserGroupsMessage) => {
        const { userGroups } = registry;
        const groups = id ? one(userGroups.get(id.toLowerCase()), 'UserGroup', id) : [...userGroups.values()];
        return { UserGroups: groups.map((group) => userGroupShape(registry, group)) };
      },
    }),
  };
}

function one<T>(found: T | undefined, kind: 'User' | 'UserGroup', id: string): readonly T[] {
  if (found !== undefined) return [found];
  throw new AwsError(`${kind}NotFound`, `${kind} ${id} not found.`, { status: 404 });
}

function changeOperations({ registry }: ElastiCacheServiceOptions) {
  return {
    RebootCacheCluster: operation({
      authorize: (input: elasticache.RebootCacheClusterMessage) => [
        right(registry, 'RebootCacheCluster', 'cluster', input.CacheClusterId),
      ],
      handle: (input: elasticache.RebootCacheClusterMessage) => rebootCacheCluster(registry, input),
    }),
    TestFailover: operation({
      authorize: (input: elasticache.TestFailoverMessage) => [
        right(registry, 'TestFailover', 'replicationgroup', input.ReplicationGroupId),
      ],
      handle: (input: elasticache.TestFailoverMessage) => testFailover(registry, input),
    }),
    ModifyReplicationGroup: operation({
      authorize: (input: elasticache.ModifyReplicationGroupMessage) => [
        right(registry, 'ModifyReplicationGroup', 'replicationgroup', input.ReplicationGroupId),
      ],
      handle: (input: elasticache.ModifyReplicationGroupMessage) => modifyReplicationGroup(registry, input),
    }),
  };
}
