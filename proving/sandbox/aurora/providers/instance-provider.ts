/** AWS::RDS::DBInstance: a member of an Aurora cluster, with a host process and an address of its own. */

import type { NewMember } from '../../../twin/aurora/index.ts';
import {
  AwsError,
  type Enacted,
  Properties,
  type ResourceProvider,
  type ResourceRequest,
  type World,
} from '../../kernel/index.ts';
import type { AuroraCluster } from '../cluster.ts';
import { type InstanceRecord, newResourceId, type Registry } from '../registry.ts';
import { mergedTags } from './tags.ts';

const NAME_LENGTH_MAX = 63;
const ZONE_LETTERS = ['a', 'b', 'c'] as const;
const PROMOTION_TIER_MAX = 15;
/** RDS's own default. */
const DEFAULT_PROMOTION_TIER = 1;

const ENACTED = [
  'AvailabilityZone',
  'DBClusterIdentifier',
  'DBInstanceClass',
  'DBInstanceIdentifier',
  'DBParameterGroupName',
  'Engine',
  'PromotionTier',
  'Tags',
];
const INERT = [
  'AllowMajorVersionUpgrade',
  'ApplyImmediately',
  'AutoMinorVersionUpgrade',
  'CACertificateIdentifier',
  'CertificateRotationRestart',
  'CopyTagsToSnapshot',
  'DatabaseInsightsMode',
  'DBSubnetGroupName',
  'EnableCloudwatchLogsExports',
  'EnablePerformanceInsights',
  'EngineLifecycleSupport',
  'EngineVersion',
  'KmsKeyId',
  'MonitoringInterval',
  'MonitoringRoleArn',
  'PerformanceInsightsKMSKeyId',
  'PerformanceInsightsRetentionPeriod',
  'PreferredMaintenanceWindow',
  'PubliclyAccessible',
  'StorageEncrypted',
  'StorageType',
];

export function instanceProvider(world: World, registry: Registry): ResourceProvider {
  return {
    type: 'AWS::RDS::DBInstance',
    replaceOn: ['AvailabilityZone', 'DBClusterIdentifier', 'DBInstanceIdentifier', 'Engine'],
    async create(request) {
      const properties = read(request);
      const cluster = registry.cluster(properties.requiredText('DBClusterIdentifier'));
      const given = properties.text('DBInstanceIdentifier');
      const id = (given ?? request.generateName(NAME_LENGTH_MAX)).toLowerCase();
      if (registry.instances.has(id)) {
        throw new AwsError('DBInstanceAlreadyExists', 'DB Instance already exists');
      }
      const az = properties.text('AvailabilityZone') ?? nextZone(world, cluster);
      const record: InstanceRecord = {
        id,
        cluster,
        resourceId: newResourceId('db'),
        createdAt: world.now(),
        parameterGroup: properties.text('DBParameterGroupName') ?? null,
        tags: mergedTags(request),
      };
      registry.instances.set(id, record);
      try {
        await cluster.addInstance(memberOf(properties, id, az));
      } catch (error) {
        registry.instances.delete(id);
        throw error;
      }
      return enacted(registry, record);
    },
    async update(request) {
      const properties = read(request);
      const record = registry.instance(request.physicalId);
      record.parameterGroup = properties.text('DBParameterGroupName') ?? null;
      record.tags = mergedTags(request);
      const known = record.cluster.state.members.find((member) => member.id === record.id);
      record.cluster.changeInstance(memberOf(properties, record.id, known?.az ?? ''));
      return enacted(registry, record);
    },
    async delete({ physicalId }) {
      const record = registry.instances.get(physicalId);
      if (record === undefined) return;
      await record.cluster.removeInstance(record.id);
      registry.instances.delete(physicalId);
    },
  };
}

function read(request: ResourceRequest): Properties {
  const properties = new Properties(request, request.properties);
  properties.only([...ENACTED, ...INERT], {
    MasterUsername: 'the sandbox has members of Aurora clusters only; name a DBClusterIdentifier',
    AllocatedStorage: 'the sandbox has members of Aurora clusters only; name a DBClusterIdentifier',
  });
  return properties;
}

function memberOf(properties: Properties, id: string, az: string): NewMember {
  const tier = properties.integer('PromotionTier', { min: 0, max: PROMOTION_TIER_MAX });
  return {
    id,
    az,
    promotionTier: tier ?? DEFAULT_PROMOTION_TIER,
    instanceClass: properties.requiredText('DBInstanceClass'),
  };
}

/** The zone with the fewest members, first letter first. */
function nextZone(world: World, cluster: AuroraCluster): string {
  const zones = ZONE_LETTERS.map((letter) => `${world.region}${letter}`);
  const load = (zone: string) => cluster.state.members.filter((known) => known.az === zone).length;
  return zones.toSorted((a, b) => load(a) - load(b))[0] ?? '';
}

function enacted(registry: Registry, record: InstanceRecord): Enacted {
  const { cluster, id } = record;
  return {
    physicalId: id,
    attributes: {
      DBInstanceArn: registry.arn('db', id),
      DbiResourceId: record.resourceId,
      'Endpoint.Address': cluster.names.instance(id),
      'Endpoint.Port': String(cluster.settings.port),
    },
  };
}
