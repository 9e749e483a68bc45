import { Duration, Stack, type StackProps } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as route53 from 'aws-cdk-lib/aws-route53';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { cacheCopies, type ExistingHostedZone, type NormalizedProfile } from '../../core/profile/index.ts';
import { ApplicationRole } from '../shared/application-role.ts';
import { addOutputs, roleOutputKey } from '../shared/outputs.ts';
import type { StateTable } from '../shared/state-table.ts';
import type { ThrottleTable } from '../shared/throttle-table.ts';
import type { IDatabaseTier } from '../tiers/database/base.ts';
import { DatabaseBootstrap } from '../tiers/database/bootstrap.ts';
import { DatabaseTier, readerPoolOf } from '../tiers/database/database-tier.ts';
import type { ReaderPoolEndpoint } from '../tiers/database/reader-pool-endpoint.ts';

export interface DatabaseStackProps extends StackProps {
  readonly profile: NormalizedProfile;
  readonly vpc: ec2.IVpc;
  readonly stateTable: StateTable;
  /** Null where nothing is throttled. */
  readonly throttleTable: ThrottleTable | null;
  readonly deadLetterQueue: sqs.IQueue;
}

interface TierParts {
  readonly database: IDatabaseTier;
  readonly readerPool: ReaderPoolEndpoint;
  readonly bootstrap: DatabaseBootstrap;
}

/** The database tier, made or attached, and the roles of the applications that use it. */
export class DatabaseStack extends Stack {
  readonly database: IDatabaseTier;
  readonly readerPool: ReaderPoolEndpoint;
  readonly bootstrap: DatabaseBootstrap;
  readonly applications: readonly ApplicationRole[];
  /** Names for people in the private zone of the profile; empty without one. */
  readonly names: readonly route53.CnameRecord[];

  constructor(scope: Construct, id: string, props: DatabaseStackProps) {
    super(scope, id, props);
    const { profile, stateTable, throttleTable } = props;
    const throttling = new Set(profile.throttle.map(({ application }) => application));
    const parts = profile.existing.cluster === undefined ? this.make(props) : this.attach(props);
    this.database = parts.database;
    this.readerPool = parts.readerPool;
    this.bootstrap = parts.bootstrap;
    this.applications = profile.applications.map(
      (application) =>
        new ApplicationRole(this, `Application-${application}`, {
          application,
          database: this.database,
          stateTable,
          ...(throttleTable !== null && throttling.has(application) ? { throttleTable } : {}),
        }),
    );
    const { hostedZone } = profile.existing;
    this.names = hostedZone === undefined ? [] : this.nameFor(hostedZone);
    this.addOutputs();
  }

  private make({ profile, vpc, deadLetterQueue }: DatabaseStackProps): TierParts {
    const { readers, databaseName, backupDays } = profile.tiers.database;
    const database = new DatabaseTier(this, 'Database', {
      environmentName: profile.name,
      vpc,
      zones: profile.zones,
      size: profile.size,
      readers,
      databaseName,
      backupDays,
      applications: profile.applications,
      caches: cacheCopies(profile.tiers.cache),
      deletionProtection: profile.deletionProtection,
      deadLetterQueue,
    });
    return { database, readerPool: database.readerPool, bootstrap: database.bootstrap };
  }

  private attach({ profile, deadLetterQueue }: DatabaseStackProps): TierParts {
    const database = DatabaseTier.fromClusterAttributes(this, 'Database', {
      environmentName: profile.name,
      cluster: profile.existing.cluster!,
      databaseName: profile.tiers.database.databaseName,
    });
    return {
      database,
      readerPool: readerPoolOf(this, database),
      bootstrap: new DatabaseBootstrap(this, 'Bootstrap', {
        database,
        applications: profile.applications,
        caches: cacheCopies(profile.tiers.cache),
        deadLetterQueue,
      }),
    };
  }

  /** Names for people and for dig. No client uses them: AWS's certificates carry AWS's names alone. */
  private nameFor(zone: ExistingHostedZone): readonly route53.CnameRecord[] {
    const hostedZone = route53.HostedZone.fromHostedZoneAttributes(this, 'Zone', {
      hostedZoneId: zone.id,
      zoneName: zone.name,
    });
    const names = {
      'database-writer': this.database.clusterEndpoint,
      'database-reader': this.database.readerEndpoint,
      'database-reader-pool': this.readerPool.endpoint,
    };
    const ttl = Duration.seconds(5);
    return Object.entries(names).map(
      ([recordName, domainName]) =>
        new route53.CnameRecord(this, recordName, { zone: hostedZone, recordName, domainName, ttl }),
    );
  }

  private addOutputs(): void {
    const { database, readerPool } = this;
    addOutputs(this, [
      {
        key: 'ClusterIdentifier',
        value: database.clusterIdentifier,
        description: 'The Aurora cluster.',
      },
      {
        key: 'ClusterEndpoint',
        value: database.clusterEndpoint,
        description: 'Host name that AWS points at the writer.',
      },
      {
        key: 'ReaderEndpoint',
        value: database.readerEndpoint,
        description: 'Host name that AWS spreads over all readers.',
      },
      {
        key: 'ReaderPoolEndpoint',
        value: readerPool.endpoint,
        description: 'Host name of the readers that are fit to be read.',
      },
      { key: 'Port', value: String(database.port), description: 'Port of every member.' },
      {
        key: 'Members',
        value: database.members.map(({ id, endpoint }) => `${id}=${endpoint}`).join(','),
        description: 'Every member as identifier=host, joined by commas.',
      },
      { key: 'DatabaseName', value: database.databaseName, description: 'The database inside the cluster.' },
      {
        key: 'SecretArn',
        value: database.secret.secretArn,
        description: 'The master secret: break-glass only.',
      },
      ...this.applications.map(({ application, role }) => ({
        key: roleOutputKey(application),
        value: role.roleArn,
        description: `What the processes of ${application} run as.`,
      })),
    ]);
  }
}
