import { Validations } from 'aws-cdk-lib';
import * as elasticache from 'aws-cdk-lib/aws-elasticache';
import type { Construct } from 'constructs';
import { cacheGroupId, type CacheName } from '../../../core/naming.ts';
import { CACHE_PORT } from '../../../core/profile/defaults.ts';
import type { CacheShard } from './base.ts';
import { maintenanceWindow } from './maintenance.ts';

export interface ShardGroupProps {
  readonly environmentName: string;
  readonly cache: CacheName;
  readonly index: number;
  /** One zone a node; with more than one AWS promotes a replica. */
  readonly zones: readonly string[];
  readonly nodeType: string;
  readonly keyArn: string;
  readonly subnetGroup: string;
  readonly parameterGroup: string;
  readonly securityGroupId: string;
  readonly userGroup: string;
}

const ENGINE = 'valkey';
const ENGINE_VERSION = '8.0';

export interface ShardGroup {
  readonly group: elasticache.CfnReplicationGroup;
  readonly shard: CacheShard;
}

/** One shard: a replication group with cluster mode disabled, TLS required, logins by users alone. */
export function shardGroup(scope: Construct, props: ShardGroupProps): ShardGroup {
  const { environmentName, cache, index, zones } = props;
  const id = cacheGroupId(environmentName, cache, index);
  const replicated = zones.length > 1;
  const group = new elasticache.CfnReplicationGroup(scope, `${cache}-${index}`, {
    // Explicit: it is in the host name, in every login and in what clients are told.
    replicationGroupId: id,
    replicationGroupDescription: `Shard ${index} of the cache of ${environmentName} (${cache}).`,
    engine: ENGINE,
    engineVersion: ENGINE_VERSION,
    // A node that is replaced comes back empty, and each group has an hour of its own for it.
    autoMinorVersionUpgrade: true,
    preferredMaintenanceWindow: maintenanceWindow(cache, index),
    cacheNodeType: props.nodeType,
    clusterMode: 'disabled',
    numCacheClusters: zones.length,
    preferredCacheClusterAZs: [...zones],
    automaticFailoverEnabled: replicated,
    multiAzEnabled: replicated,
    port: CACHE_PORT,
    transitEncryptionEnabled: true,
    transitEncryptionMode: 'required',
    atRestEncryptionEnabled: true,
    kmsKeyId: props.keyArn,
    cacheSubnetGroupName: props.subnetGroup,
    cacheParameterGroupName: props.parameterGroup,
    securityGroupIds: [props.securityGroupId],
    userGroupIds: [props.userGroup],
    // A restored copy would be old values with new names.
    snapshotRetentionLimit: 0,
  });
  acknowledge(group, replicated);
  const host = group.attrPrimaryEndPointAddress;
  return { group, shard: { cache, index, id, host, port: CACHE_PORT, nodes: zones.length } };
}

/** Findings of cdk-nag that the tier accepts, each with its reason. */
function acknowledge(group: elasticache.CfnReplicationGroup, replicated: boolean): void {
  Validations.of(group).acknowledge(
    {
      id: 'CloudFormation-Validate::W3010',
      reason:
        'The profile names the zones on purpose: the shards stand in them in turn, so that the loss of a zone is ' +
        'the loss of the same share of keys wherever AWS would have put them.',
    },
    {
      id: 'AwsSolutions-AEC6',
      reason:
        'Users log in by IAM tokens of 15 minutes (RBAC), which a group has instead of an AUTH token: a shared ' +
        'password would be a secret that every client holds for good.',
    },
  );
  if (replicated) return;
  Validations.of(group).acknowledge({
    id: 'AwsSolutions-AEC4',
    reason:
      'One node a shard is what masked means: losing it costs misses, which the gutter and the read budget bear, ' +
      "never service. redundancy: 'replicated' asks for a replica a shard in another zone.",
  });
}
