/** ElastiCache's answers, from what the registry knows. */

import type * as elasticache from '@aws-sdk/client-elasticache';
import { groupStatus } from '../../../twin/elasticache/index.ts';
import type { CacheNode } from '../../../twin/elasticache/types.ts';
import type { CacheUser, Registry, UserGroup } from '../registry.ts';
import type { ReplicationGroup } from '../replication-group.ts';

/** A node of a replication group is one cache node of a cluster with no others. */
const CACHE_NODE_ID = '0001';
const NODE_GROUP_ID = '0001';

export function groupShape(registry: Registry, group: ReplicationGroup): elasticache.ReplicationGroup {
  const { settings, state, names } = group;
  const { details } = settings;
  return {
    ReplicationGroupId: settings.id,
    Description: settings.description,
    Status: groupStatus(state),
    PendingModifiedValues: {},
    MemberClusters: state.nodes.map(({ id }) => id),
    NodeGroups: [
      {
        NodeGroupId: NODE_GROUP_ID,
        Status: groupStatus(state),
        PrimaryEndpoint: { Address: names.primary, Port: settings.port },
        ReaderEndpoint: { Address: names.reader, Port: settings.port },
        NodeGroupMembers: state.nodes.map(({ id, az }) => ({
          CacheClusterId: id,
          CacheNodeId: CACHE_NODE_ID,
          ReadEndpoint: { Address: names.node(id), Port: settings.port },
          PreferredAvailabilityZone: az,
          CurrentRole: id === state.primary ? 'primary' : 'replica',
        })),
      },
    ],
    AutomaticFailover: state.automaticFailover ? 'enabled' : 'disabled',
    MultiAZ: settings.multiAz ? 'enabled' : 'disabled',
    SnapshotRetentionLimit: details.snapshotDays,
    ClusterEnabled: false,
    ClusterMode: 'disabled',
    CacheNodeType: settings.nodeType,
    AuthTokenEnabled: false,
    TransitEncryptionEnabled: true,
    TransitEncryptionMode: 'required',
    AtRestEncryptionEnabled: details.encrypted,
    ...(details.kmsKeyId === null ? {} : { KmsKeyId: details.kmsKeyId }),
    ARN: registry.arn('replicationgroup', settings.id),
    UserGroupIds: [...settings.userGroupIds],
    ReplicationGroupCreateTime: new Date(settings.createdAt),
    Engine: settings.engine,
  };
}

export function nodeShape(
  registry: Registry,
  group: ReplicationGroup,
  node: CacheNode,
  showNodes: boolean,
): elasticache.CacheCluster {
  const { settings, names, state } = group;
  const { details } = settings;
  const createdAt = new Date(settings.createdAt);
  const cacheNode: elasticache.CacheNode = {
    CacheNodeId: CACHE_NODE_ID,
    CacheNodeStatus: node.status,
    CacheNodeCreateTime: createdAt,
    Endpoint: { Address: names.node(node.id), Port: settings.port },
    ParameterGroupStatus: 'in-sync',
    CustomerAvailabilityZone: node.az,
  };
  return {
    CacheClusterId: node.id,
    CacheNodeType: settings.nodeType,
    Engine: settings.engine,
    EngineVersion: settings.engineVersion,
    CacheClusterStatus: node.status,
    NumCacheNodes: 1,
    PreferredAvailabilityZone: node.az,
    CacheClusterCreateTime: createdAt,
    PendingModifiedValues: {},
    CacheParameterGroup: {
      CacheParameterGroupName: settings.parameterGroup ?? `default.${settings.engine}8`,
      ParameterApplyStatus: 'in-sync',
      CacheNodeIdsToReboot: [],
    },
    ...(details.subnetGroup === null ? {} : { CacheSubnetGroupName: details.subnetGroup }),
    ...(showNodes ? { CacheNodes: [cacheNode] } : {}),
    SecurityGroups: details.securityGroupIds.map((id) => ({ SecurityGroupId: id, Status: 'active' })),
    ReplicationGroupId: state.id,
    SnapshotRetentionLimit: details.snapshotDays,
    AuthTokenEnabled: false,
    TransitEncryptionEnabled: true,
    TransitEncryptionMode: 'required',
    AtRestEncryptionEnabled: details.encrypted,
    ARN: registry.arn('cluster', node.id),
  };
}

export function userShape(registry: Registry, user: CacheUser): elasticache.User {
  const { type, passwords } = user.authentication;
  const groups = [...registry.userGroups.values()].filter(({ userIds }) => userIds.includes(user.id));
  return {
    UserId: user.id,
    UserName: user.name,
    Status: 'active',
    Engine: user.engine,
    AccessString: user.accessString,
    UserGroupIds: groups.map(({ id }) => id),
    Authentication: {
      Type: type === 'no-password-required' ? 'no-password' : type,
      ...(type === 'password' ? { PasswordCount: passwords.length } : {}),
    },
    ARN: registry.arn('user', user.id),
  };
}

export function userGroupShape(registry: Registry, userGroup: UserGroup): elasticache.UserGroup {
  const groups = [...registry.groups.values()].filter(({ settings }) =>
    settings.userGroupIds.includes(userGroup.id),
  );
  return {
    UserGroupId: userGroup.id,
    Status: 'active',
    Engine: userGroup.engine,
    UserIds: [...userGroup.userIds],
    ReplicationGroups: groups.map(({ settings }) => settings.id),
    ARN: registry.arn('usergroup', userGroup.id),
  };
}
