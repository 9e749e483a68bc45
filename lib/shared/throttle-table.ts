import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import type * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { demandPartition, throttleLeasePartition, throttlePlanKey } from '../../core/state/throttle-items.ts';
import { ephemeralTable } from './ephemeral-table.ts';
import { grantOnPartitions } from './partition-rights.ts';

/**
 * The throttle's table: what each process of an application wants of a resource, and the lease that it holds. A
 * table of its own, because a stream is good for two readers and the state table's has them. It holds nothing that
 * a lease's length does not bring back, so it goes with its stack, has no backups and no place in the lock.
 * On demand, with a stream of keys that wakes the `throttle` function, and items that expire.
 */
export class ThrottleTable extends Construct {
  readonly table: dynamodb.Table;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.table = ephemeralTable(this, {
      // A record says that it is time to look, and nothing else is read of it.
      stream: dynamodb.StreamViewType.KEYS_ONLY,
      noBackups:
        'Leases live for seconds and demand is reported every ten: a restored table would hold nothing that is ' +
        'still true, and the first reports after a loss fill it again.',
    });
  }

  get tableName(): string {
    return this.table.tableName;
  }

  /** What a process of an application may do: report its own demand and read its own lease, and no other. */
  grantInstance(grantee: iam.IGrantable, application: string): iam.Grant {
    const report = { actions: ['dynamodb:PutItem'], partitions: [demandPartition(application)] };
    const read = { actions: ['dynamodb:GetItem'], partitions: [throttleLeasePartition(application)] };
    return this.grant(grantee, report).combine(this.grant(grantee, read));
  }

  /** What the function that divides may do: read what these applications want and hold, and write plans and leases. */
  grantPlanning(grantee: iam.IGrantable, applications: readonly string[]): iam.Grant {
    const demands = applications.map(demandPartition);
    const leases = applications.map(throttleLeasePartition);
    const plans = throttlePlanKey('').pk;
    return [
      { actions: ['dynamodb:Query'], partitions: [...demands, ...leases] },
      { actions: ['dynamodb:GetItem'], partitions: [plans] },
      { actions: ['dynamodb:PutItem'], partitions: [plans, ...leases] },
    ]
      .map((rights) => this.grant(grantee, rights))
      .reduce((all, grant) => all.combine(grant));
  }

  metric(name: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.table.metric(name, options);
  }

  private grant(grantee: iam.IGrantable, rights: Parameters<typeof grantOnPartitions>[2]): iam.Grant {
    return grantOnPartitions(this.table, grantee, rights);
  }
}
