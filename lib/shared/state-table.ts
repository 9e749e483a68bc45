import { RemovalPolicy } from 'aws-cdk-lib';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { leaseKey, outcomePartition } from '../../core/state/keys.ts';
import { grantOnPartitions } from './partition-rights.ts';

export interface StateTableProps {
  /** @default true; false lets the table be deleted with its stack */
  readonly deletionProtection?: boolean;
}

/**
 * The state table of an environment: leases, observations, client evidence, thresholds in force and the recovery
 * ledger. On demand, with point-in-time recovery, a stream that wakes the controllers, and items that expire.
 * It is encrypted with the key DynamoDB keeps in the account: no monthly fee, and applications need no key right.
 */
export class StateTable extends Construct {
  readonly table: dynamodb.Table;

  constructor(scope: Construct, id: string, props: StateTableProps = {}) {
    super(scope, id);
    const deletionProtection = props.deletionProtection ?? true;
    this.table = new dynamodb.Table(this, 'Table', {
      partitionKey: { name: 'pk', type: dynamodb.AttributeType.STRING },
      sortKey: { name: 'sk', type: dynamodb.AttributeType.STRING },
      billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
      encryption: dynamodb.TableEncryption.AWS_MANAGED,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      timeToLiveAttribute: 'expiresAt',
      stream: dynamodb.StreamViewType.NEW_AND_OLD_IMAGES,
      deletionProtection,
      removalPolicy: deletionProtection ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    this.node.defaultChild = this.table;
  }

  get tableName(): string {
    return this.table.tableName;
  }

  /** Reading items and partitions of the whole table. */
  grantRead(grantee: iam.IGrantable): iam.Grant {
    return iam.Grant.addToPrincipal({
      grantee,
      actions: ['dynamodb:GetItem', 'dynamodb:Query'],
      resourceArns: [this.table.tableArn],
    });
  }

  /** Getting single items of some partitions only. */
  grantGet(grantee: iam.IGrantable, partitions: readonly string[]): iam.Grant {
    return grantOnPartitions(this.table, grantee, { actions: ['dynamodb:GetItem'], partitions });
  }

  /**
   * Putting whole items into some partitions only. Nothing is ever deleted: items expire.
   * @param partitions values of `pk`; `*` and `?` stand for any characters
   */
  grantPut(grantee: iam.IGrantable, partitions: readonly string[]): iam.Grant {
    return grantOnPartitions(this.table, grantee, { actions: ['dynamodb:PutItem'], partitions });
  }

  /** Taking, renewing and releasing leases of these names only. */
  grantLease(grantee: iam.IGrantable, names: readonly string[]): iam.Grant {
    const partitions = names.map((name) => leaseKey(name).pk);
    return grantOnPartitions(this.table, grantee, { actions: ['dynamodb:UpdateItem'], partitions });
  }

  /** What a process of an application may do: put its own outcome items, and no other. */
  grantOutcomes(grantee: iam.IGrantable, application: string): iam.Grant {
    return this.grantPut(grantee, [outcomePartition(application)]);
  }

  metric(name: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.table.metric(name, options);
  }
}
