import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import type * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { strategyKey, targetObservationPartition, targetsKey } from '../../core/state/front-items.ts';
import { ephemeralTable } from './ephemeral-table.ts';
import { grantOnPartitions } from './partition-rights.ts';

/**
 * The front table: what concerns balancers, tasks and names. A table of its own, because a stream is good for two
 * readers and the state table's has them. What it holds is seen again or copied again within a minute, so it goes
 * with its stack, has no backups and no place in the lock.
 * On demand, with a stream that wakes `dns-failover`, and items that expire.
 */
export class FrontTable extends Construct {
  readonly table: dynamodb.Table;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.table = ephemeralTable(this, {
      stream: dynamodb.StreamViewType.NEW_AND_OLD_IMAGES,
      noBackups:
        'Probers report every few seconds, and rules are copied from Parameter Store every minute: a restored table ' +
        'would hold nothing that is still true.',
    });
  }

  get tableName(): string {
    return this.table.tableName;
  }

  /** What a prober may do: read the targets of its environment, and go on with what its zone's saw, and no other. */
  grantProbing(
    grantee: iam.IGrantable,
    scope: { readonly environmentName: string; readonly zone: string },
  ): iam.Grant {
    const targets = targetsKey(scope.environmentName).pk;
    const own = targetObservationPartition(scope.zone);
    return this.grant(grantee, ['dynamodb:GetItem'], [targets]).combine(
      this.grant(grantee, ['dynamodb:PutItem', 'dynamodb:Query'], [own]),
    );
  }

  /** What dns-failover may do: read what all probers saw, and keep the list of targets. */
  grantTargets(
    grantee: iam.IGrantable,
    scope: { readonly environmentName: string; readonly zones: readonly string[] },
  ): iam.Grant {
    const targets = targetsKey(scope.environmentName).pk;
    const observations = scope.zones.map(targetObservationPartition);
    return this.grant(grantee, ['dynamodb:Query'], observations)
      .combine(this.grant(grantee, ['dynamodb:GetItem'], [targets]))
      .combine(this.grant(grantee, ['dynamodb:PutItem'], [targets]));
  }

  /** What a process that chooses versions for users may do: read the rules in force for these services. */
  grantReadStrategies(grantee: iam.IGrantable, services: readonly string[]): iam.Grant {
    return this.grant(grantee, ['dynamodb:GetItem'], partitionsOf(services));
  }

  /** What reconcile may do: keep the rules of these services in force, which it reads before it replaces them. */
  grantKeepStrategies(grantee: iam.IGrantable, services: readonly string[]): iam.Grant {
    return this.grant(grantee, ['dynamodb:GetItem', 'dynamodb:PutItem'], partitionsOf(services));
  }

  metric(name: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.table.metric(name, options);
  }

  private grant(
    grantee: iam.IGrantable,
    actions: readonly string[],
    partitions: readonly string[],
  ): iam.Grant {
    return grantOnPartitions(this.table, grantee, { actions, partitions });
  }
}

function partitionsOf(services: readonly string[]): readonly string[] {
  return services.map((service) => strategyKey(service).pk);
}
