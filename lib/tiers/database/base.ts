import { ArnFormat, Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { Failure } from '../../../core/failures.ts';
import { METRIC } from '../../../lambdas/health-check/contract.ts';
import { DIMENSION } from '../../../lambdas/shared/contract.ts';
import { understudyMetric } from '../../shared/metrics.ts';

/** One instance of the cluster. Which one is the writer changes; ask the member, never its name. */
export interface DatabaseMember {
  /** DBInstanceIdentifier. */
  readonly id: string;
  /** Host name of the instance endpoint. */
  readonly endpoint: string;
}

/** What every part of the kit may ask of a database tier, made here or imported. */
export interface IDatabaseTier extends ec2.IConnectable {
  readonly environmentName: string;
  readonly clusterIdentifier: string;
  /** `cluster-...`. */
  readonly clusterResourceId: string;
  readonly clusterArn: string;
  /** Host name of the writer endpoint. */
  readonly clusterEndpoint: string;
  /** Host name of the reader endpoint that AWS keeps. */
  readonly readerEndpoint: string;
  readonly port: number;
  readonly databaseName: string;
  readonly members: readonly DatabaseMember[];
  /** The secret of the master user: for the bootstrap and break-glass only. */
  readonly secret: secretsmanager.ISecret;

  /** Allows logging in as a database user with an IAM token. */
  grantConnect(grantee: iam.IGrantable, databaseUser: string): iam.Grant;
  /** Allows asking for a failover of this cluster, and nothing else (SEC-03). */
  grantFailover(grantee: iam.IGrantable): iam.Grant;
  /** Allows what a drill breaks on AWS: a failover, and restarting a member. */
  grantDrill(grantee: iam.IGrantable): iam.Grant;
  /** Allows reading what AWS says of the cluster and its members; a custom endpoint grants reading itself. */
  grantDescribe(grantee: iam.IGrantable): iam.Grant;
  /** A metric of this environment in the namespace of the kit. */
  metric(name: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric;
  /** 1 while a prober holds the verdict on the member. */
  metricFailure(
    failure: Failure,
    member: DatabaseMember,
    options?: cloudwatch.MetricOptions,
  ): cloudwatch.Metric;
  /** Replica lag of a member in ms, as the cluster itself reports it. */
  metricReplicaLag(member: DatabaseMember, options?: cloudwatch.MetricOptions): cloudwatch.Metric;
}

/** The part that a created and an imported tier have in common. */
export abstract class DatabaseTierBase extends Construct implements IDatabaseTier {
  abstract readonly environmentName: string;
  abstract readonly clusterIdentifier: string;
  abstract readonly clusterResourceId: string;
  abstract readonly clusterEndpoint: string;
  abstract readonly readerEndpoint: string;
  abstract readonly port: number;
  abstract readonly databaseName: string;
  abstract readonly members: readonly DatabaseMember[];
  abstract readonly secret: secretsmanager.ISecret;
  abstract readonly connections: ec2.Connections;

  get clusterArn(): string {
    return this.rdsArn('cluster', this.clusterIdentifier);
  }

  grantConnect(grantee: iam.IGrantable, databaseUser: string): iam.Grant {
    const user = Stack.of(this).formatArn({
      service: 'rds-db',
      resource: 'dbuser',
      resourceName: `${this.clusterResourceId}/${databaseUser}`,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    return this.grant(grantee, ['rds-db:connect'], [user]);
  }

  grantFailover(grantee: iam.IGrantable): iam.Grant {
    return this.grant(grantee, ['rds:FailoverDBCluster'], [this.clusterArn, ...this.memberArns()]);
  }

  grantDrill(grantee: iam.IGrantable): iam.Grant {
    this.grantFailover(grantee);
    return this.grant(grantee, ['rds:RebootDBInstance'], this.memberArns());
  }

  grantDescribe(grantee: iam.IGrantable): iam.Grant {
    this.grant(grantee, ['rds:DescribeDBClusters'], [this.clusterArn]);
    return this.grant(grantee, ['rds:DescribeDBInstances'], this.memberArns());
  }

  metric(name: string, options: cloudwatch.MetricOptions = {}): cloudwatch.Metric {
    return understudyMetric(this.environmentName, name, options);
  }

  metricFailure(
    failure: Failure,
    member: DatabaseMember,
    options: cloudwatch.MetricOptions = {},
  ): cloudwatch.Metric {
    return this.metric(failure, {
      statistic: cloudwatch.Stats.MAXIMUM,
      ...options,
      dimensionsMap: { [DIMENSION.member]: member.id },
    });
  }

  metricReplicaLag(member: DatabaseMember, options: cloudwatch.MetricOptions = {}): cloudwatch.Metric {
    return this.metric(METRIC.replicaLagMs, {
      statistic: cloudwatch.Stats.MAXIMUM,
      ...options,
      dimensionsMap: { [DIMENSION.member]: member.id },
    });
  }

  protected rdsArn(resource: 'cluster' | 'db' | 'cluster-endpoint', name: string): string {
    return Stack.of(this).formatArn({
      service: 'rds',
      resource,
      resourceName: name,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
  }

  private memberArns(): string[] {
    return this.members.map((member) => this.rdsArn('db', member.id));
  }

  private grant(grantee: iam.IGrantable, actions: string[], resourceArns: string[]): iam.Grant {
    return iam.Grant.addToPrincipal({ grantee, actions, resourceArns });
  }
}
