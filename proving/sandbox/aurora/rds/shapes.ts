/** RDS's answers, from what the registry knows. */

import type * as rds from '@aws-sdk/client-rds';
import { clusterStatus } from '../../../twin/aurora/index.ts';
import type { World } from '../../kernel/index.ts';
import type { AuroraCluster } from '../cluster.ts';
import type { EndpointRecord, InstanceRecord, Registry } from '../registry.ts';

export function clusterShape(registry: Registry, cluster: AuroraCluster): rds.DBCluster {
  const { settings, state, names } = cluster;
  const { details } = settings;
  const zones = new Set(state.members.map((member) => member.az));
  return {
    AvailabilityZones: [...zones],
    BackupRetentionPeriod: settings.backupDays,
    ...(settings.databaseName === null ? {} : { DatabaseName: settings.databaseName }),
    DBClusterIdentifier: settings.id,
    DBClusterParameterGroup: details.parameterGroup ?? 'default.aurora-postgresql17',
    ...(details.subnetGroup === null ? {} : { DBSubnetGroup: details.subnetGroup }),
    Status: clusterStatus(state),
    Endpoint: names.cluster,
    ReaderEndpoint: names.reader,
    CustomEndpoints: [...cluster.customEndpoints.keys()].map((id) => names.custom(id)),
    MultiAZ: zones.size > 1,
    Engine: 'aurora-postgresql',
    EngineVersion: settings.engineVersion,
    EngineMode: 'provisioned',
    Port: settings.port,
    MasterUsername: settings.masterUser,
    DBClusterMembers: state.members.map((member) => ({
      DBInstanceIdentifier: member.id,
      IsClusterWriter: member.id === state.writer,
      DBClusterParameterGroupStatus: 'in-sync',
      PromotionTier: member.promotionTier,
    })),
    VpcSecurityGroups: details.securityGroupIds.map((id) => ({
      VpcSecurityGroupId: id,
      Status: 'active',
    })),
    StorageEncrypted: details.encrypted,
    ...(details.kmsKeyId === null ? {} : { KmsKeyId: details.kmsKeyId }),
    DbClusterResourceId: settings.resourceId,
    DBClusterArn: registry.arn('cluster', settings.id),
    IAMDatabaseAuthenticationEnabled: settings.iamAuthentication,
    ClusterCreateTime: new Date(settings.createdAt),
    DeletionProtection: settings.deletionProtection,
    HttpEndpointEnabled: settings.httpEndpoint,
    TagList: [...settings.tags],
  };
}

export function instanceShape(registry: Registry, record: InstanceRecord, world: World): rds.DBInstance {
  const { cluster } = record;
  const member = cluster.state.members.find((known) => known.id === record.id);
  const { settings } = cluster;
  return {
    DBInstanceIdentifier: record.id,
    DBInstanceClass: member?.instanceClass ?? '',
    Engine: 'aurora-postgresql',
    EngineVersion: settings.engineVersion,
    DBInstanceStatus: member?.status ?? 'deleting',
    MasterUsername: settings.masterUser,
    ...(settings.databaseName === null ? {} : { DBName: settings.databaseName }),
    Endpoint: { Address: cluster.names.instance(record.id), Port: settings.port },
    InstanceCreateTime: new Date(record.createdAt),
    BackupRetentionPeriod: settings.backupDays,
    AvailabilityZone: member?.az ?? `${world.region}a`,
    MultiAZ: false,
    PubliclyAccessible: false,
    StorageType: 'aurora',
    DBClusterIdentifier: settings.id,
    StorageEncrypted: settings.details.encrypted,
    DbiResourceId: record.resourceId,
    PromotionTier: member?.promotionTier ?? 1,
    DBInstanceArn: registry.arn('db', record.id),
    IAMDatabaseAuthenticationEnabled: settings.iamAuthentication,
    TagList: [...record.tags],
  };
}

export function customEndpointShape(registry: Registry, record: EndpointRecord): rds.DBClusterEndpoint {
  const endpoint = record.cluster.customEndpoints.get(record.id);
  return {
    DBClusterEndpointIdentifier: record.id,
    DBClusterIdentifier: record.cluster.settings.id,
    DBClusterEndpointResourceIdentifier: record.resourceId,
    Endpoint: record.cluster.names.custom(record.id),
    Status: 'available',
    EndpointType: 'CUSTOM',
    CustomEndpointType: endpoint?.type ?? 'READER',
    StaticMembers: [...(endpoint?.staticMembers ?? [])],
    ExcludedMembers: [...(endpoint?.excludedMembers ?? [])],
    DBClusterEndpointArn: registry.arn('cluster-endpoint', record.id),
  };
}

/** The two endpoints that every cluster has by itself. */
export function builtInEndpoints(cluster: AuroraCluster): rds.DBClusterEndpoint[] {
  const common = { DBClusterIdentifier: cluster.settings.id, Status: 'available' };
  return [
    { ...common, Endpoint: cluster.names.cluster, EndpointType: 'WRITER' },
    { ...common, Endpoint: cluster.names.reader, EndpointType: 'READER' },
  ];
}
