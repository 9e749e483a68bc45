import { ArnFormat, Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct, type IConstruct } from 'constructs';
import { formatShards } from '../../../core/cache/shards-text.ts';
import type { Failure } from '../../../core/failures.ts';
import { cacheNodeId, cacheUser, type CacheName } from '../../../core/naming.ts';
import { DIMENSION } from '../../../lambdas/shared/contract.ts';
import { understudyMetric } from '../../shared/metrics.ts';

/** One shard of one copy: a replication group of its own. */
export interface CacheShard {
  readonly cache: CacheName;
  /** From 0. */
  readonly index: number;
  /** ReplicationGroupId. */
  readonly id: string;
  /** Host name of the primary endpoint: the one that the certificate carries. */
  readonly host: string;
  readonly port: number;
  /** 1, or 2 where AWS promotes a replica. */
  readonly nodes: number;
}

/** What every part of the kit may ask of a cache tier, made here or imported. */
export interface ICacheTier extends IConstruct, ec2.IConnectable {
  readonly environmentName: string;
  readonly port: number;
  /** Every shard of every copy: main, copy, gutter, each in the order of the shards. */
  readonly shards: readonly CacheShard[];

  /** The shards of one copy; empty where the tier has none. */
  shardsOf(cache: CacheName): readonly CacheShard[];
  /** What clients are told of one copy: `<group id>=<host>:<port>`, joined by commas; empty where there is none. */
  endpointsOf(cache: CacheName): string;
  /** Allows logging in to every shard as the user of an application or function. */
  grantConnect(grantee: iam.IGrantable, application: string): iam.Grant;
  /** Allows reading what AWS says of the shards and their nodes. */
  grantDescribe(grantee: iam.IGrantable): iam.Grant;
  /** Allows rebooting nodes that have no replica: what is lost with them are misses. */
  grantReboot(grantee: iam.IGrantable): iam.Grant;
  /** A metric of this environment in the namespace of the kit. */
  metric(name: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric;
  /** 1 while the failure stands for the shard. */
  metricFailure(failure: Failure, shard: CacheShard, options?: cloudwatch.MetricOptions): cloudwatch.Metric;
  /** How busy the one thread of the shard's server is, in percent, as ElastiCache itself says: the busiest node. */
  metricEngineCpu(shard: CacheShard, options?: cloudwatch.MetricOptions): cloudwatch.IMetric;
}

/** The part that a created and an imported tier have in common. */
export abstract class CacheTierBase extends Construct implements ICacheTier {
  abstract readonly environmentName: string;
  abstract readonly port: number;
  abstract readonly shards: readonly CacheShard[];
  abstract readonly connections: ec2.Connections;

  shardsOf(cache: CacheName): readonly CacheShard[] {
    return this.shards.filter((shard) => shard.cache === cache);
  }

  endpointsOf(cache: CacheName): string {
    return formatShards(this.shardsOf(cache));
  }

  grantConnect(grantee: iam.IGrantable, application: string): iam.Grant {
    const user = this.arnOf('user', cacheUser(this.environmentName, application));
    return this.grant(grantee, ['elasticache:Connect'], [...this.groupArns(), user]);
  }

  grantDescribe(grantee: iam.IGrantable): iam.Grant {
    this.grant(grantee, ['elasticache:DescribeReplicationGroups'], this.groupArns());
    return this.grant(grantee, ['elasticache:DescribeCacheClusters'], this.nodeArns(this.shards));
  }

  grantReboot(grantee: iam.IGrantable): iam.Grant {
    const alone = this.shards.filter(({ nodes }) => nodes === 1);
    if (alone.length === 0) return iam.Grant.drop(grantee, 'every shard has a replica that AWS promotes');
    return this.grant(grantee, ['elasticache:RebootCacheCluster'], this.nodeArns(alone));
  }

  metric(name: string, options: cloudwatch.MetricOptions = {}): cloudwatch.Metric {
    return understudyMetric(this.environmentName, name, options);
  }

  metricFailure(
    failure: Failure,
    shard: CacheShard,
    options: cloudwatch.MetricOptions = {},
  ): cloudwatch.Metric {
    return this.metric(failure, { ...options, dimensionsMap: { [DIMENSION.shard]: shard.id } });
  }

  metricEngineCpu(shard: CacheShard, options: cloudwatch.MetricOptions = {}): cloudwatch.IMetric {
    const [first, ...others] = nodesOf(shard).map((CacheClusterId, node) => {
      const metric = new cloudwatch.Metric({
        statistic: cloudwatch.Stats.AVERAGE,
        ...options,
        namespace: 'AWS/ElastiCache',
        metricName: 'EngineCPUUtilization',
        dimensionsMap: { CacheClusterId, CacheNodeId: '0001' },
      });
      return [`node${node + 1}`, metric] as const;
    });
    if (others.length === 0) return first![1];
    const usingMetrics = Object.fromEntries([first!, ...others]);
    const expression = `MAX([${Object.keys(usingMetrics).join(', ')}])`;
    const period = first![1].period;
    return new cloudwatch.MathExpression({ expression, usingMetrics, period, label: `CPU of ${shard.id}` });
  }

  private groupArns(): string[] {
    return this.shards.map(({ id }) => this.arnOf('replicationgroup', id));
  }

  private nodeArns(shards: readonly CacheShard[]): string[] {
    return shards.flatMap((shard) => nodesOf(shard).map((id) => this.arnOf('cluster', id)));
  }

  private arnOf(resource: 'replicationgroup' | 'cluster' | 'user', resourceName: string): string {
    const arnFormat = ArnFormat.COLON_RESOURCE_NAME;
    return Stack.of(this).formatArn({ service: 'elasticache', resource, resourceName, arnFormat });
  }

  private grant(grantee: iam.IGrantable, actions: string[], resourceArns: string[]): iam.Grant {
    return iam.Grant.addToPrincipal({ grantee, actions, resourceArns });
  }
}

function nodesOf({ id, nodes }: CacheShard): readonly string[] {
  return Array.from({ length: nodes }, (_, node) => cacheNodeId(id, node + 1));
}
