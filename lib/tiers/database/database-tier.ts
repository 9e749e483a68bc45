import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import type * as rds from 'aws-cdk-lib/aws-rds';
import type { Construct } from 'constructs';
import {
  BACKUP_DAYS_DEFAULT,
  DATABASE_NAME_DEFAULT,
  DATABASE_PORT_DEFAULT,
  READERS_DEFAULT,
  SIZE_DEFAULT,
} from '../../../core/profile/defaults.ts';
import type { ExistingCluster, Size } from '../../../core/profile/types.ts';
import { DeadLetters } from '../../shared/dead-letters.ts';
import { DatabaseTierBase, type DatabaseMember, type IDatabaseTier } from './base.ts';
import { DatabaseBootstrap, type CacheLedger } from './bootstrap.ts';
import { AuroraCluster, acknowledgeCluster } from './cluster.ts';
import { ReaderPoolEndpoint } from './reader-pool-endpoint.ts';

export interface DatabaseTierProps {
  /** Name of the environment: a dimension of the metrics and part of the custom endpoint's name. */
  readonly environmentName: string;
  /** A VPC with one isolated subnet a zone, in the order of `zones`. */
  readonly vpc: ec2.IVpc;
  readonly zones: readonly string[];
  /** @default 'pair' */
  readonly size?: Size;
  /** Readers beside the writer. @default - 2 for `solo` and `pair`, 3 for `fleet` */
  readonly readers?: number;
  /** @default 'app' */
  readonly databaseName?: string;
  /** @default 7 */
  readonly backupDays?: number;
  /** Applications that get a database role and a schema of their name. @default - none */
  readonly applications?: readonly string[];
  /** The copies of a cache whose shards the database keeps account of. @default - there is no cache */
  readonly caches?: readonly CacheLedger[];
  /** False lets the data be deleted with the stack. @default true */
  readonly deletionProtection?: boolean;
  /** @default - a queue of the tier's own */
  readonly deadLetterQueue?: sqs.IQueue;
}

export interface DatabaseTierAttributes {
  readonly environmentName: string;
  readonly cluster: ExistingCluster;
  readonly databaseName: string;
}

/**
 * A PostgreSQL database that has an understudy for every member: an Aurora cluster over the zones, a custom
 * endpoint for its fit readers, and a bootstrap that makes what probers and applications log in with.
 */
export class DatabaseTier extends DatabaseTierBase {
  readonly environmentName: string;
  readonly databaseName: string;
  readonly port = DATABASE_PORT_DEFAULT;
  readonly members: readonly DatabaseMember[];
  readonly readerPool: ReaderPoolEndpoint;
  readonly bootstrap: DatabaseBootstrap;
  /** The cluster, for what the tier does not offer. */
  readonly cluster: rds.DatabaseCluster;

  constructor(scope: Construct, id: string, props: DatabaseTierProps) {
    super(scope, id);
    const size = props.size ?? SIZE_DEFAULT;
    const deletionProtection = props.deletionProtection ?? true;
    this.environmentName = props.environmentName;
    this.databaseName = props.databaseName ?? DATABASE_NAME_DEFAULT;
    const aurora = new AuroraCluster(this, 'Aurora', {
      vpc: props.vpc,
      zones: props.zones,
      size,
      readers: props.readers ?? READERS_DEFAULT[size],
      databaseName: this.databaseName,
      backupDays: props.backupDays ?? BACKUP_DAYS_DEFAULT,
      deletionProtection,
    });
    acknowledgeCluster(aurora, deletionProtection);
    this.cluster = aurora.cluster;
    this.members = aurora.instances.map((instance) => ({
      id: instance.ref,
      endpoint: instance.attrEndpointAddress,
    }));
    this.readerPool = readerPoolOf(this, this);
    this.readerPool.node.addDependency(...aurora.instances);
    this.bootstrap = new DatabaseBootstrap(this, 'Bootstrap', {
      database: this,
      applications: props.applications ?? [],
      ...(props.caches === undefined ? {} : { caches: props.caches }),
      deadLetterQueue: props.deadLetterQueue ?? new DeadLetters(this, 'DeadLetters').queue,
    });
    this.bootstrap.resource.node.addDependency(...aurora.instances, this.secret);
    this.node.defaultChild = aurora.cluster;
  }

  get clusterIdentifier(): string {
    return this.cluster.clusterIdentifier;
  }

  get clusterResourceId(): string {
    return this.cluster.clusterResourceIdentifier;
  }

  get clusterEndpoint(): string {
    return this.cluster.clusterEndpoint.hostname;
  }

  get readerEndpoint(): string {
    return this.cluster.clusterReadEndpoint.hostname;
  }

  get secret(): secretsmanager.ISecret {
    const { secret } = this.cluster;
    if (secret === undefined) throw new Error(`${this.node.path} has no master secret`);
    return secret;
  }

  get connections(): ec2.Connections {
    return this.cluster.connections;
  }

  /** A tier over a cluster that exists. Makes nothing; see `readerPoolOf` and `DatabaseBootstrap` for the rest. */
  static fromClusterAttributes(
    scope: Construct,
    id: string,
    attributes: DatabaseTierAttributes,
  ): IDatabaseTier {
    return new ImportedDatabaseTier(scope, id, attributes);
  }
}

/** The custom endpoint of the fit readers of any tier. */
export function readerPoolOf(scope: Construct, database: IDatabaseTier): ReaderPoolEndpoint {
  return new ReaderPoolEndpoint(scope, 'ReaderPool', {
    environmentName: database.environmentName,
    clusterIdentifier: database.clusterIdentifier,
    clusterArn: database.clusterArn,
  });
}

class ImportedDatabaseTier extends DatabaseTierBase {
  readonly environmentName: string;
  readonly databaseName: string;
  readonly clusterIdentifier: string;
  readonly clusterResourceId: string;
  readonly clusterEndpoint: string;
  readonly readerEndpoint: string;
  readonly port: number;
  readonly members: readonly DatabaseMember[];
  readonly secret: secretsmanager.ISecret;
  readonly connections: ec2.Connections;

  constructor(scope: Construct, id: string, { cluster, ...attributes }: DatabaseTierAttributes) {
    super(scope, id);
    this.environmentName = attributes.environmentName;
    this.databaseName = attributes.databaseName;
    this.clusterIdentifier = cluster.identifier;
    this.clusterResourceId = cluster.resourceId;
    this.clusterEndpoint = cluster.endpoint;
    this.readerEndpoint = cluster.readerEndpoint;
    this.port = cluster.port ?? DATABASE_PORT_DEFAULT;
    this.members = cluster.members;
    this.secret = secretsmanager.Secret.fromSecretCompleteArn(this, 'Secret', cluster.secretArn);
    const group = ec2.SecurityGroup.fromSecurityGroupId(this, 'SecurityGroup', cluster.securityGroupId);
    this.connections = new ec2.Connections({
      securityGroups: [group],
      defaultPort: ec2.Port.tcp(this.port),
    });
  }
}
