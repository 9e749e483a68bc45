import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as rds from 'aws-cdk-lib/aws-rds';

import { Construct } from 'constructs';
import type { Size } from '../../../core/profile/types.ts';
import { INSTANCE_TYPES } from './sizes.ts';

/** Major 17: it forces TLS when told to, keeps readers up when the writer restarts, and its minor is upgraded by AWS. */
export const ENGINE_VERSION = rds.AuroraPostgresEngineVersion.VER_17_7;

/** The master user: for the bootstrap and break-glass only. */
export const MASTER_USER = 'understudy_admin';

export interface AuroraClusterProps {
  readonly vpc: ec2.IVpc;
  readonly zones: readonly string[];
  readonly size: Size;
  /** Readers beside the writer. */
  readonly readers: number;
  readonly databaseName: string;
  readonly backupDays: number;
  readonly deletionProtection: boolean;
}

/** The Aurora cluster of the tier: encrypted, TLS forced, IAM logins, one member a zone, in a fixed order of promotion. */
export class AuroraCluster extends Construct {
  readonly cluster: rds.DatabaseCluster;
  /** The instances in the order of promotion; the first is the writer at the first deployment only. */
  readonly instances: readonly rds.CfnDBInstance[];

  constructor(scope: Construct, id: string, props: AuroraClusterProps) {
    super(scope, id);
    const key = new kms.Key(this, 'StorageKey', {
      description: 'Encrypts the storage, snapshots and backups of the database tier.',
      enableKeyRotation: true,
      removalPolicy: props.deletionProtection ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    const engine = rds.DatabaseClusterEngine.auroraPostgres({ version: ENGINE_VERSION });
    this.cluster = new rds.DatabaseCluster(this, 'Cluster', {
      engine,
      vpc: props.vpc,
      vpcSubnets: { subnets: props.vpc.isolatedSubnets },
      securityGroups: [
        new ec2.SecurityGroup(this, 'SecurityGroup', {
          vpc: props.vpc,
          description: 'The members of the database: in from named groups only, out to nowhere.',
          allowAllOutbound: false,
        }),
      ],
      credentials: rds.Credentials.fromGeneratedSecret(MASTER_USER),
      defaultDatabaseName: props.databaseName,
      iamAuthentication: true,
      enableDataApi: true,
      storageEncryptionKey: key,
      copyTagsToSnapshot: true,
      backup: { retention: Duration.days(props.backupDays) },
      deletionProtection: props.deletionProtection,
      removalPolicy: props.deletionProtection ? RemovalPolicy.SNAPSHOT : RemovalPolicy.DESTROY,
      cloudwatchLogsExports: ['postgresql'],
      parameterGroup: new rds.ParameterGroup(this, 'Parameters', {
        engine,
        description: 'Refuses connections without TLS.',
        parameters: { 'rds.force_ssl': '1' },
      }),
      ...members(props),
    });
    this.instances = this.orderInstances();
    this.keepLogs(props.deletionProtection);
  }

  /** Aurora makes one instance after the other, so that the first is the writer and the order is always the same. */
  private orderInstances(): readonly rds.CfnDBInstance[] {
    const instances = this.cluster.node
      .findAll()
      .filter((node): node is rds.CfnDBInstance => rds.CfnDBInstance.isCfnDBInstance(node));
    instances.forEach((instance, index) => {
      const before = instances[index - 1];
      if (before !== undefined) instance.node.addDependency(before);
    });
    return instances;
  }

  /** RDS would make this group without a retention when the first instance starts; here it exists before. */
  private keepLogs(protectedData: boolean): void {
    const logGroup = new logs.LogGroup(this, 'Logs', {
      logGroupName: `/aws/rds/cluster/${this.cluster.clusterIdentifier}/postgresql`,
      retention: logs.RetentionDays.ONE_MONTH,
      removalPolicy: protectedData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    this.instances[0]?.node.addDependency(logGroup);
  }
}

function members(props: AuroraClusterProps): Pick<rds.DatabaseClusterProps, 'writer' | 'readers'> {
  const all = Array.from({ length: props.readers + 1 }, (_, index) =>
    rds.ClusterInstance.provisioned(`Member${index + 1}`, {
      instanceType: INSTANCE_TYPES[props.size],
      availabilityZone: props.zones[index % props.zones.length]!,
      promotionTier: index,
      publiclyAccessible: false,
      autoMinorVersionUpgrade: true,
      // Seven days of Performance Insights are free.
      enablePerformanceInsights: true,
      performanceInsightRetention: rds.PerformanceInsightRetention.DEFAULT,
    }),
  );
  const [writer, ...readers] = all;
  return { writer: writer!, readers };
}

/** Findings of cdk-nag that the tier accepts, each with its reason. */
export function acknowledgeCluster(cluster: AuroraCluster, deletionProtection: boolean): void {
  Validations.of(cluster).acknowledge(
    {
      id: 'CloudFormation-Validate::W3010',
      reason:
        'The profile names the zones on purpose: each member stands in one of its own, and the probers stand in ' +
        'the same ones. Letting AWS choose could put two members into one zone.',
    },
    {
      id: 'AwsSolutions-RDS11',
      reason:
        'Another port hides nothing from someone inside the isolated subnets, and every client, runbook and ' +
        'drill would have to know it. The security group admits only named groups.',
    },
    {
      id: 'AwsSolutions-SMG4',
      reason:
        'The master secret is for the bootstrap and break-glass only; all logins use IAM tokens of 15 minutes. ' +
        'Rotation by Lambda would bring a VPC function with the right to change it (SEC-13).',
    },
  );
  if (deletionProtection) return;
  Validations.of(cluster).acknowledge({
    id: 'AwsSolutions-RDS10',
    reason:
      'The profile says deletionProtection: false, which is meant for demonstrations: `cdk destroy` must be able ' +
      'to remove everything.',
  });
}
