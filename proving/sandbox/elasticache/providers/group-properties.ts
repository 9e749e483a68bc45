/** Which properties of AWS::ElastiCache::ReplicationGroup the sandbox honours, and what it makes of them. */

import { mergedTags } from '../../aurora/providers/tags.ts';
import { Properties, type ResourceRequest, type World } from '../../kernel/index.ts';
import type { GroupSettings } from '../group-settings.ts';
import type { Registry } from '../registry.ts';

export interface GroupPlan {
  readonly settings: GroupSettings;
  readonly automaticFailover: boolean;
  /** One a node, the primary's first. */
  readonly zones: readonly string[];
}

const ID_LENGTH_MAX = 40;
const NODES_MAX = 6;
const DEFAULT_PORT = 6379;
const ZONE_LETTERS = ['a', 'b', 'c'] as const;
const ENGINES = ['valkey', 'redis'] as const;
const SNAPSHOT_DAYS_MAX = 35;

/** Honoured. */
const ENACTED = [
  'AtRestEncryptionEnabled',
  'AutomaticFailoverEnabled',
  'CacheNodeType',
  'CacheParameterGroupName',
  'CacheSubnetGroupName',
  'ClusterMode',
  'Engine',
  'EngineVersion',
  'KmsKeyId',
  'MultiAZEnabled',
  'NodeGroupConfiguration',
  'NumCacheClusters',
  'NumNodeGroups',
  'Port',
  'PreferredCacheClusterAZs',
  'ReplicasPerNodeGroup',
  'ReplicationGroupDescription',
  'ReplicationGroupId',
  'SecurityGroupIds',
  'SnapshotRetentionLimit',
  'Tags',
  'TransitEncryptionEnabled',
  'TransitEncryptionMode',
  'UserGroupIds',
];
/** Accepted without effect: nothing in the sandbox depends on them. */
const INERT = [
  'AutoMinorVersionUpgrade',
  'CacheSecurityGroupNames',
  'IpDiscovery',
  'LogDeliveryConfigurations',
  'NetworkType',
  'NotificationTopicArn',
  'PreferredMaintenanceWindow',
  'SnapshotWindow',
];
const REFUSED = {
  AuthToken: 'the sandbox has logins of users only; name a user group in UserGroupIds',
  DataTieringEnabled: 'the sandbox keeps everything in memory',
  Durability: 'the sandbox has node-based caches without it',
  GlobalReplicationGroupId: 'the sandbox has one Region',
  PrimaryClusterId: 'the sandbox has no cache clusters outside replication groups',
  SnapshotArns: 'the sandbox keeps no snapshots',
  SnapshotName: 'the sandbox keeps no snapshots',
  SnapshottingClusterId: 'the sandbox keeps no snapshots',
};

export function readGroup(request: ResourceRequest, world: World, registry: Registry): GroupPlan {
  const properties = new Properties(request, request.properties);
  properties.only([...ENACTED, ...INERT], REFUSED);
  refuseUnfit(properties);
  const zones = zonesOf(properties, world);
  const automaticFailover = properties.boolean('AutomaticFailoverEnabled') ?? false;
  const multiAz = properties.boolean('MultiAZEnabled') ?? false;
  if ((automaticFailover || multiAz) && zones.length < 2) {
    const name = automaticFailover ? 'AutomaticFailoverEnabled' : 'MultiAZEnabled';
    throw properties.fault(name, 'needs a replica: two nodes or more');
  }
  if (multiAz && !automaticFailover) throw properties.fault('MultiAZEnabled', 'needs automatic failover');
  return {
    settings: settingsOf(request, properties, { world, registry, multiAz }),
    automaticFailover,
    zones,
  };
}

/** What ElastiCache has and the sandbox has not. */
function refuseUnfit(properties: Properties): void {
  if (properties.oneOf('Engine', ENGINES) === undefined) throw properties.fault('Engine', 'is required');
  if ((properties.integer('NumNodeGroups', { min: 1, max: 500 }) ?? 1) > 1) {
    throw properties.fault('NumNodeGroups', 'the sandbox has no cluster mode: one node group');
  }
  if ((properties.text('ClusterMode') ?? 'disabled') !== 'disabled') {
    throw properties.fault('ClusterMode', 'the sandbox has no cluster mode: disabled');
  }
  const hasTls = properties.boolean('TransitEncryptionEnabled') ?? false;
  if (!hasTls || (properties.text('TransitEncryptionMode') ?? 'required') !== 'required') {
    const name = hasTls ? 'TransitEncryptionMode' : 'TransitEncryptionEnabled';
    throw properties.fault(name, "the sandbox's nodes take TLS only: true, and the mode required");
  }
  if (properties.list('UserGroupIds').length !== 1) {
    throw properties.fault('UserGroupIds', 'one user group is needed: nobody could log in otherwise');
  }
}

function zonesOf(properties: Properties, world: World): readonly string[] {
  const [nodeGroup] = properties.objects('NodeGroupConfiguration');
  nodeGroup?.only([
    'NodeGroupId',
    'PrimaryAvailabilityZone',
    'ReplicaAvailabilityZones',
    'ReplicaCount',
    'Slots',
  ]);
  const range = { min: 0, max: NODES_MAX - 1 };
  const replicas =
    nodeGroup?.integer('ReplicaCount', range) ?? properties.integer('ReplicasPerNodeGroup', range);
  const wanted = properties.integer('NumCacheClusters', { min: 1, max: NODES_MAX });
  const count = wanted ?? (replicas ?? 0) + 1;
  const named = [
    ...(nodeGroup?.has('PrimaryAvailabilityZone') ? [nodeGroup.requiredText('PrimaryAvailabilityZone')] : []),
    ...(nodeGroup?.list('ReplicaAvailabilityZones').map(String) ?? []),
    ...properties.list('PreferredCacheClusterAZs').map(String),
  ];
  if (named.length > 0 && named.length !== count) {
    const name = nodeGroup ? 'NodeGroupConfiguration' : 'PreferredCacheClusterAZs';
    throw properties.fault(name, `names ${named.length} zones for ${count} nodes: one a node is needed`);
  }
  if (named.length > 0) return named;
  const letters = ZONE_LETTERS.length;
  return Array.from({ length: count }, (_, index) => `${world.region}${ZONE_LETTERS[index % letters]}`);
}

function settingsOf(
  request: ResourceRequest,
  properties: Properties,
  { world, registry, multiAz }: { world: World; registry: Registry; multiAz: boolean },
): GroupSettings {
  const userGroupIds = properties.list('UserGroupIds').map((id) => String(id).toLowerCase());
  if (!registry.userGroups.has(userGroupIds[0] ?? '')) {
    throw properties.fault('UserGroupIds', 'there is no such user group');
  }
  return {
    id: (properties.text('ReplicationGroupId') ?? request.generateName(ID_LENGTH_MAX)).toLowerCase(),
    engine: properties.requiredText('Engine'),
    engineVersion: properties.text('EngineVersion') ?? '8.0',
    nodeType: properties.requiredText('CacheNodeType'),
    port: properties.integer('Port', { min: 1150, max: 65_535 }) ?? DEFAULT_PORT,
    createdAt: world.now(),
    description: properties.requiredText('ReplicationGroupDescription'),
    multiAz,
    userGroupIds,
    parameterGroup: properties.text('CacheParameterGroupName')?.toLowerCase() ?? null,
    tags: mergedTags(request),
    details: {
      subnetGroup: properties.text('CacheSubnetGroupName') ?? null,
      securityGroupIds: properties.list('SecurityGroupIds').map(String),
      encrypted: properties.boolean('AtRestEncryptionEnabled') ?? false,
      kmsKeyId: properties.text('KmsKeyId') ?? null,
      snapshotDays: properties.integer('SnapshotRetentionLimit', { min: 0, max: SNAPSHOT_DAYS_MAX }) ?? 0,
    },
  };
}
